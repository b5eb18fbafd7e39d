"""by which key the indexes of a row were made"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("person", "name_writing", "dependant", "consent", "held_record"):
        # Of rows that are there nothing says by which key; the release before writes none. They are indexed anew.
        op.add_column(table, sa.Column("indexed_by", sa.String(), server_default="", nullable=False))
        op.create_index(f"{table}_indexed_by", table, ["indexed_by", "subject"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
