"""staff join by an invitation, and may be signed in by a provider of their own organisation"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("invitation_staff_fkey")),
        sa.PrimaryKeyConstraint("code", name=op.f("invitation_pkey")),
    )
    op.add_column("staff", sa.Column("upstream", sa.String(), nullable=True))
    op.create_unique_constraint(op.f("staff_upstream_key"), "staff", ["upstream"])
    op.create_table(
        "upstream_request",
        sa.Column("cookie", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cookie", name=op.f("upstream_request_pkey")),
    )
    op.create_index(op.f("upstream_request_expires_at"), "upstream_request", ["expires_at"])


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
