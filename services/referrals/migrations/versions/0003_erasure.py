"""which orders to erase somebody were carried out"""

from shared import migrate

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_plumbing()


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
