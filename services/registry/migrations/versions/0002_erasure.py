"""rights that a person asks for, and which orders to erase somebody were carried out"""

import sqlalchemy as sa
from alembic import op

from shared import migrate

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_plumbing()
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("rights_request_pkey")),
    )
    op.create_index(op.f("rights_request_subject"), "rights_request", ["subject"])
    op.execute("ALTER TABLE rights_request ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE rights_request FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY rights_request_reach ON rights_request USING"
        " (subject = nullif(current_setting('app.subject', true), '')"
        " OR current_setting('app.platform', true) = 'on')"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
