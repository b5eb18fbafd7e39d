"""what was done with agreements, step by step, and their signatures"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreement_step",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=True),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('provider', 'consumer')", name=op.f("agreement_step_side_known")),
        sa.ForeignKeyConstraint(
            ["agreement", "version"],
            ["agreement.id", "agreement.version"],
            name=op.f("agreement_step_agreement_version_fkey"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("agreement_step_pkey")),
    )
    op.create_index("agreement_step_of", "agreement_step", ["agreement", "version", "seq"])
    op.create_table(
        "agreement_signature",
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("jws", sa.String(), nullable=False),
        sa.Column("jwk", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('provider', 'consumer')", name=op.f("agreement_signature_side_known")),
        sa.CheckConstraint("by IN ('organisation', 'region')", name=op.f("agreement_signature_by_known")),
        sa.ForeignKeyConstraint(
            ["agreement", "version"],
            ["agreement.id", "agreement.version"],
            name=op.f("agreement_signature_agreement_version_fkey"),
        ),
        sa.PrimaryKeyConstraint("agreement", "version", "side", name=op.f("agreement_signature_pkey")),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
