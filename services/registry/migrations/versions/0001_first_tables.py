"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Padding is part of the form: a sealed object has one size per kind (content, plus 29 bytes of version, nonce and tag).
SIZES = {
    "person": ("sealed", 4_096),
    "dependant": ("sealed", 4_096),
    "consent": ("sealed", 8_192),
    "consent_event": ("sealed", 1_024),
    "held_record": ("sealed", 16_384),
    "record_request": ("answer", 16_384),
    "message": ("sealed", 2_048),
}


def upgrade() -> None:
    migrate.create_plumbing()
    _directory()
    _people()
    _consents()
    _records()
    _second_barrier()


def _directory() -> None:
    op.create_table(
        "catalogue_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("catalogue_import_pkey")),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("division_pkey")),
    )
    op.create_index(op.f("division_parent"), "division", ["parent"], unique=False)
    op.create_table(
        "organization",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("organization_pkey")),
        sa.UniqueConstraint("id", name=op.f("organization_id_key")),
    )
    op.create_table(
        "service",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("department_zh", sa.String(), nullable=False),
        sa.Column("department_en", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("who_may_apply", sa.String(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sensitive", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("materials", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("finish_days", sa.Integer(), nullable=True),
        sa.Column("finish_unit", sa.String(), nullable=False),
        sa.Column("sla_days", sa.Integer(), nullable=True),
        sa.Column("sla_unit", sa.String(), nullable=False),
        sa.Column("legal_source", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("fee", sa.String(), nullable=False),
        sa.Column("separate_consent", sa.Boolean(), nullable=False),
        sa.Column("guardian_if_under14", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("service_pkey")),
        sa.UniqueConstraint("id", name=op.f("service_id_key")),
    )
    op.create_index(op.f("service_department_id"), "service", ["department_id"], unique=False)


def _people() -> None:
    op.create_table(
        "dependant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("dependant_pkey")),
    )
    op.create_index(op.f("dependant_subject"), "dependant", ["subject"], unique=False)
    op.create_table(
        "person",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("contact_index", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("person_pkey")),
    )
    op.create_index("person_contact_index", "person", ["contact_index"], unique=False)
    op.create_index("person_name_index", "person", ["name_index"], unique=False)
    op.create_index("person_number_index", "person", ["number_index"], unique=False)


def _consents() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("asked_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("consent_pkey")),
    )
    op.create_index("consent_asked_index", "consent", ["asked_index"], unique=False)
    op.create_index(op.f("consent_subject"), "consent", ["subject"], unique=False)
    op.create_table(
        "consent_event",
        sa.Column("consent", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("consent", "sequence", name=op.f("consent_event_pkey")),
    )


def _records() -> None:
    op.create_table(
        "held_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("dependant", sa.Uuid(), nullable=True),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("held_record_pkey")),
    )
    op.create_index("held_record_match", "held_record", ["name_index", "record_type"], unique=False)
    op.create_index(op.f("held_record_subject"), "held_record", ["subject"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("message_pkey")),
    )
    op.create_table(
        "record_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("dependant", sa.Uuid(), nullable=True),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("record_request_pkey")),
    )
    op.create_index(op.f("record_request_subject"), "record_request", ["subject"], unique=False)
    op.create_table(
        "release",
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("claims", sa.LargeBinary(), nullable=True),
        sa.Column("held", sa.Uuid(), nullable=True),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("release_pkey")),
    )
    op.create_index("release_state", "release", ["state"], unique=False)


def _second_barrier() -> None:
    """The database itself holds who sees which rows, the one size of sealed objects, and that a chain only grows."""
    for table, (column, size) in SIZES.items():
        op.create_check_constraint(op.f(f"{table}_one_size"), table, f"octet_length({column}) = {size + 29}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {table}_reach ON {table} USING"
            " (subject = nullif(current_setting('app.subject', true), '')"
            " OR current_setting('app.platform', true) = 'on')"
        )
    op.execute(
        "CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_event_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
