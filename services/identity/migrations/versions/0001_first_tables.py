"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrate.create_plumbing()
    op.create_table(
        "assertion_issuer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("assertion_issuer_pkey")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["organization.id"], name=op.f("organization_parent_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("organization_pkey")),
    )
    op.create_table(
        "resident",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("resident_pkey")),
        sa.UniqueConstraint("person", name=op.f("resident_person_key")),
    )
    op.create_table(
        "used_assertion",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "jti", name=op.f("used_assertion_pkey")),
    )
    op.create_index(op.f("used_assertion_expires_at"), "used_assertion", ["expires_at"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("client_organization_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("client_pkey")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("staff_organization_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("staff_pkey")),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
