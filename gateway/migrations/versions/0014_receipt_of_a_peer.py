"""a peer's receipt is kept as the text that the peer signed"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE delivery ALTER COLUMN receipt TYPE varchar USING receipt::text")


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
