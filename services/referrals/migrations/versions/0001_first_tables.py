"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATES = (
    "draft",
    "awaiting_consent",
    "requested",
    "accepted",
    "in_progress",
    "on_hold",
    "completed",
    "failed",
    "rejected",
    "cancelled",
    "expired",
    "revoked",
)


def upgrade() -> None:
    migrate.create_plumbing()
    _projections()
    _referrals()
    _what_belongs_to_a_referral()
    _keep_history()


def _projections() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("consumer", sa.String(), nullable=False),
        sa.Column("services", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("preview_fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sensitive", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("consent_hash", sa.String(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("agreement_pkey")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("organisation_pkey")),
    )
    op.create_table(
        "service",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sla_days", sa.Integer(), nullable=True),
        sa.Column("sla_unit", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("service_pkey")),
    )


def _referrals() -> None:
    op.create_table(
        "intake",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("intake_pkey")),
    )
    op.create_table(
        "referral",
        *_terms(),
        *_progress(),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name=op.f("referral_state_known")),
        sa.ForeignKeyConstraint(["intake"], ["intake.id"], name=op.f("referral_intake_fkey")),
        sa.ForeignKeyConstraint(["service"], ["service.code"], name=op.f("referral_service_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("referral_pkey")),
    )
    op.create_index(
        "referral_due_open",
        "referral",
        ["id"],
        unique=False,
        postgresql_where=sa.text("due_at IS NULL AND due_days IS NOT NULL"),
    )
    op.create_index(
        "referral_ends_at", "referral", ["ends_at"], unique=False, postgresql_where=sa.text("ends_at IS NOT NULL")
    )
    op.create_index(
        "referral_inbox",
        "referral",
        ["recipient", "id"],
        unique=False,
        postgresql_where=sa.text("requested_at IS NOT NULL"),
    )
    op.create_index("referral_person", "referral", ["person", "id"], unique=False)


def _terms() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("dependant", sa.Uuid(), nullable=True),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("agreement_version", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("consent_hash", sa.String(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("preview_fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sensitive", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("sla_days", sa.Integer(), nullable=True),
        sa.Column("sla_unit", sa.String(), nullable=True),
    ]


def _progress() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("consent_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("due_kind", sa.String(), nullable=True),
        sa.Column("due_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("due_unit", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _what_belongs_to_a_referral() -> None:
    op.create_table(
        "person_answer",
        sa.Column("referral", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["referral"], ["referral.id"], name=op.f("person_answer_referral_fkey")),
        sa.PrimaryKeyConstraint("referral", name=op.f("person_answer_pkey")),
    )
    op.create_table(
        "referral_answers",
        sa.Column("referral", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["referral"], ["referral.id"], name=op.f("referral_answers_referral_fkey")),
        sa.PrimaryKeyConstraint("referral", name=op.f("referral_answers_pkey")),
    )
    op.create_table(
        "referral_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["referral"], ["referral.id"], name=op.f("referral_history_referral_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("referral_history_pkey")),
    )
    op.create_index(op.f("referral_history_referral"), "referral_history", ["referral"], unique=False)


def _keep_history() -> None:
    """The history only grows: a step that happened stays."""
    op.execute(
        "CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the history of a referral is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER keep_history BEFORE UPDATE OR DELETE OR TRUNCATE ON referral_history"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_history()"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
