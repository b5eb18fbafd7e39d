"""people who let somebody help them"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "helper_invitation",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        moment("expires_at"),
        sa.ForeignKeyConstraint(["person"], ["resident.person"], name=op.f("helper_invitation_person_fkey")),
        sa.PrimaryKeyConstraint("person", name=op.f("helper_invitation_pkey")),
        sa.UniqueConstraint("code", name=op.f("helper_invitation_code_key")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("helper", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        moment("begins_at"),
        moment("ends_at"),
        sa.ForeignKeyConstraint(["person"], ["resident.person"], name=op.f("delegation_person_fkey")),
        sa.ForeignKeyConstraint(["helper"], ["resident.person"], name=op.f("delegation_helper_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("delegation_pkey")),
    )
    for name in ("person", "helper", "ends_at"):
        op.create_index(op.f(f"delegation_{name}"), "delegation", [name])


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
