"""erasures on their way through the apps"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared import migrate

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_plumbing()
    op.create_table(
        "erasing",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("waits_for", ARRAY(sa.Text()), nullable=False),
        sa.Column("records", ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("erasing_pkey")),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
