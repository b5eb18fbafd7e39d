"""requests that a desk answers, beside erasures; and people who restrict what others may do with their data"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE rights_request SET kind = 'erase' WHERE kind = 'delete'")
    op.add_column("rights_request", sa.Column("desk", sa.String(), nullable=True))
    op.add_column("rights_request", sa.Column("answered_by", sa.String(), nullable=True))
    op.add_column("rights_request", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("rights_request", "version", server_default=None)
    op.add_column("rights_request", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.create_index("rights_request_open", "rights_request", ["desk", "due_on"], unique=False)
    # A sealed object has one size per kind (content, plus 29 bytes of version, nonce and tag).
    op.create_check_constraint(
        op.f("rights_request_one_size"), "rights_request", f"octet_length(sealed) = {36_864 + 29}"
    )
    op.create_table(
        "freezing",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("freezing_pkey")),
    )
    op.execute("ALTER TABLE freezing ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE freezing FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY freezing_reach ON freezing USING"
        " (subject = nullif(current_setting('app.subject', true), '')"
        " OR current_setting('app.platform', true) = 'on')"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
