"""each referral counts as somebody else: whom an agreement reached is not kept any more"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("quota_person")
    op.create_table(
        "quota_referral",
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("referral", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "day", "referral", name=op.f("quota_referral_pkey")),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
