"""whether an organisation may receive referrals"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("state", sa.String(), nullable=False, server_default="active"))
    op.alter_column("organisation", "state", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
