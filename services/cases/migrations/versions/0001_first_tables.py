"""first tables"""

import sqlalchemy as sa
from alembic import op

from shared import migrate

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'history is append-only'; END $$
"""
GUARD = """
CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE ON history FOR EACH ROW EXECUTE FUNCTION history_stays()
"""


def upgrade() -> None:
    migrate.create_plumbing()
    _cases()
    _people()
    _agreements()
    _records()
    op.execute(APPEND_ONLY)
    op.execute(GUARD)


def _cases() -> None:
    op.create_table(
        "committee",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("committee_pkey")),
    )
    op.create_index(op.f("committee_district"), "committee", ["district"], unique=False)
    op.create_table(
        "mediation_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("committee", sa.String(), nullable=False),
        sa.Column("dispute_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("referral", sa.Uuid(), nullable=True),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("respondent", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('accepted', 'agreement_drafted', 'agreement_signed', 'applied', 'breached', 'declined',"
            " 'in_session', 'inviting', 'notified', 'out_of_scope', 'performed', 'performing', 'screening',"
            " 'terminated')",
            name=op.f("mediation_case_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("mediation_case_pkey")),
    )
    op.create_index(op.f("mediation_case_committee"), "mediation_case", ["committee"], unique=False)


def _people() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("invitation_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("invitation_pkey")),
        sa.UniqueConstraint("tag", name=op.f("invitation_tag_key")),
    )
    op.create_index(op.f("invitation_case_id"), "invitation", ["case_id"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("statement", sa.LargeBinary(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('applicant', 'respondent')", name=op.f("party_role")),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("party_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("party_pkey")),
        sa.UniqueConstraint("case_id", "person", name=op.f("party_case_id_person_key")),
        sa.UniqueConstraint("case_id", "role", name=op.f("party_case_id_role_key")),
    )
    op.create_index(op.f("party_person"), "party", ["person"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mediator", sa.String(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("session_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("session_pkey")),
        sa.UniqueConstraint("case_id", "number", name=op.f("session_case_id_number_key")),
    )


def _agreements() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("agreement_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("agreement_pkey")),
        sa.UniqueConstraint("case_id", "number", name=op.f("agreement_case_id_number_key")),
    )
    op.create_table(
        "signature",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('applicant', 'respondent')", name=op.f("signature_role")),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("signature_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", "hash", "role", name=op.f("signature_pkey")),
    )
    op.create_table(
        "report",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("result IN ('performed', 'not_performed')", name=op.f("report_result")),
        sa.CheckConstraint("role IN ('applicant', 'respondent')", name=op.f("report_role")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("report_agreement_id_fkey")),
        sa.PrimaryKeyConstraint("agreement_id", "number", "role", name=op.f("report_pkey")),
    )
    op.create_table(
        "term",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("term_agreement_id_fkey")),
        sa.PrimaryKeyConstraint("agreement_id", "number", name=op.f("term_pkey")),
    )


def _records() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("follow_up_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("follow_up_pkey")),
    )
    op.create_index(op.f("follow_up_case_id"), "follow_up", ["case_id"], unique=False)
    op.create_table(
        "history",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"], name=op.f("history_case_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("history_pkey")),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
