"""an operator's code opens nothing unless it runs out after this: it was taken in, or somebody joined since"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("invited_until", sa.DateTime(timezone=True), nullable=True))
    # A code lasts seven days: whatever the file holds now has run out by then and does not let anybody in twice.
    op.execute(
        "UPDATE staff SET invited_until = now() + interval '7 days'"
        " WHERE state <> 'invited' OR id IN (SELECT staff FROM invitation)"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
