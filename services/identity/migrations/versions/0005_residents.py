"""people at counters and with keys on paper"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def words(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    paper()
    presences()


def paper() -> None:
    """A key on paper, with the digits that go with it."""
    op.create_table(
        "paper_key",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("pin", sa.LargeBinary(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.ForeignKeyConstraint(["tag"], ["handle.tag"], name=op.f("paper_key_tag_fkey")),
        sa.PrimaryKeyConstraint("tag", name=op.f("paper_key_pkey")),
    )


def presences() -> None:
    """A person and an officer at one counter."""
    op.create_table(
        "presence",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(words(name) for name in ("staff", "organization", "kind", "task", "state")),
        sa.Column("form", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("witness", sa.String(), nullable=True),
        sa.Column("witness_organization", sa.String(), nullable=True),
        sa.Column("person", sa.Uuid(), nullable=True),
        moment("asked_at"),
        moment("confirmed_at", True),
        moment("ends_at"),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("presence_staff_fkey")),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("presence_organization_fkey")),
        sa.ForeignKeyConstraint(["witness"], ["staff.id"], name=op.f("presence_witness_fkey")),
        sa.ForeignKeyConstraint(
            ["witness_organization"], ["organization.id"], name=op.f("presence_witness_organization_fkey")
        ),
        sa.ForeignKeyConstraint(["person"], ["resident.person"], name=op.f("presence_person_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("presence_pkey")),
    )
    op.create_index(op.f("presence_organization"), "presence", ["organization"])
    op.create_index(op.f("presence_ends_at"), "presence", ["ends_at"])


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
