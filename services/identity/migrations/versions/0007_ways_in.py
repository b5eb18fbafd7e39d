"""digits typed at a witness's desk; what was obtained on paper counts as paper for a day; codes counted by purpose"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("presence", sa.Column("pin", sa.LargeBinary(), nullable=True))
    op.add_column("paper_key", sa.Column("salt", sa.LargeBinary(), nullable=True))
    for table in ("handle", "passkey"):
        op.add_column(table, sa.Column("paper_until", sa.DateTime(timezone=True), nullable=True))
    for table in ("session", "presence"):
        op.add_column(table, sa.Column("on_paper", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("one_time_code", sa.Column("purpose", sa.String(), nullable=False, server_default="sign_in"))
    op.execute("UPDATE session SET on_paper = true WHERE method = 'paper_key'")


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
