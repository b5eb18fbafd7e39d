"""an invitation is opened by two codes, which two administrators hold"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitation", sa.Column("proposed_by", sa.String(), nullable=True))
    op.add_column("invitation", sa.Column("approval", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
