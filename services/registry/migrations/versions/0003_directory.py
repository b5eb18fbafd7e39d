"""the directory's offers, their search, and files that are taken in while the app goes on"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("service", "organization"):
        # An app of the version before goes on writing such rows while it is replaced.
        op.add_column(table, _texts("grams", "{}"))
        op.add_column(table, sa.Column("terms", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}"))
        _searched(table)
    _listings()
    _imports()
    op.create_table(
        "term",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("taxonomy", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("term_pkey")),
    )
    op.create_index(op.f("term_taxonomy"), "term", ["taxonomy"], unique=False)


def _searched(table: str) -> None:
    """Without a list of pending entries, which every search would have to go through."""
    op.create_index(f"{table}_grams", table, ["grams"], postgresql_using="gin", postgresql_with={"fastupdate": "off"})


def _texts(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False, server_default=default)


def _line() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at_location_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        _texts("languages"),
        _texts("hours"),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("assured_on", sa.Date(), nullable=False),
        sa.Column("available", sa.Integer(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("waiting", sa.String(), nullable=False),
        sa.Column("next_place_on", sa.Date(), nullable=True),
        sa.Column("capacity_on", sa.Date(), nullable=True),
        _texts("grams"),
        sa.Column("digest", sa.String(), nullable=False),
    ]


def _listings() -> None:
    op.create_table(
        "listing",
        *_line(),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("listing_pkey")),
    )
    shown = sa.text("shown")
    op.create_index("listing_at_location", "listing", ["at_location_id"], unique=True)
    op.create_index("listing_service", "listing", ["service", "organization", "id"], postgresql_where=shown)
    op.create_index("listing_organization", "listing", ["organization", "service", "id"], postgresql_where=shown)
    op.create_index("listing_modified", "listing", ["modified_at"], postgresql_where=shown)
    _searched("listing")
    op.create_table(
        "staged_listing",
        *_line(),
        sa.Column("of", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", "of", "line", name=op.f("staged_listing_pkey")),
    )
    op.create_index("staged_listing_of", "staged_listing", ["of", "line"], unique=False)


def _imports() -> None:
    op.create_table(
        "directory_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("directory_import_pkey")),
    )
    op.create_index("directory_import_state", "directory_import", ["state"], unique=False)
    op.create_table(
        "import_part",
        sa.Column("of", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("of", "number", name=op.f("import_part_pkey")),
    )
    op.create_table(
        "import_fault",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("of", sa.Uuid(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("import_fault_pkey")),
    )
    op.create_index("import_fault_of", "import_fault", ["of", "id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
