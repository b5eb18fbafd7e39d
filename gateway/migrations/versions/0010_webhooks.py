"""webhooks"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("older", sa.LargeBinary(), nullable=True),
        sa.Column("older_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organization", name=op.f("webhook_endpoint_pkey")),
    )
    op.create_index(op.f("webhook_endpoint_client"), "webhook_endpoint", ["client"], unique=False)
    op.create_table(
        "webhook_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("referral_state", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization"],
            ["webhook_endpoint.organization"],
            name=op.f("webhook_message_organization_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_message_pkey")),
    )
    op.create_index(op.f("webhook_message_created_at"), "webhook_message", ["created_at"], unique=False)
    op.create_index(
        "webhook_message_due",
        "webhook_message",
        ["organization", "next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("webhook_message_referral", "webhook_message", ["referral"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
