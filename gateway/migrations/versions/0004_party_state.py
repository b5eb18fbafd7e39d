"""whether an organisation may act"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("party", sa.Column("state", sa.String(), nullable=False, server_default="active"))
    op.alter_column("party", "state", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
