"""digits typed at a witness's desk"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("presence", sa.Column("pin", sa.LargeBinary(), nullable=True))
    op.add_column("paper_key", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE paper_key SET salt = tag")
    op.alter_column("paper_key", "salt", nullable=False)


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
