"""proofs used once, and revocations of tokens and sessions beside those of clients"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_proof",
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("used_proof_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("used_proof_expires_at"), "used_proof", ["expires_at"])
    op.create_table(
        "revocation",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("revocation_pkey")),
    )
    op.execute("INSERT INTO revocation (kind, id) SELECT 'client', id FROM revoked_client")
    op.drop_table("revoked_client")


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
