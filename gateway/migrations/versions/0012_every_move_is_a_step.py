"""every move of an agreement is a step, signatures are of one offer, both sides are reminded of clocks"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _signatures_of_one_offer()
    _steps_of_what_moved_without_one()
    _reminders()
    for table in ("agreement", "agreement_step", "agreement_signature"):
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
        )


def _signatures_of_one_offer() -> None:
    op.add_column("agreement_signature", sa.Column("round", sa.Integer(), nullable=True))
    op.execute("ALTER TABLE agreement_signature DISABLE TRIGGER only_added")
    op.execute("""
UPDATE agreement_signature AS signature SET round = greatest(1, (
    SELECT count(*) FROM agreement_step AS step
    WHERE step.agreement = signature.agreement AND step.version = signature.version
      AND step.kind = 'offered' AND step.at <= signature.at
))
""")
    op.execute("ALTER TABLE agreement_signature ENABLE TRIGGER only_added")
    op.alter_column("agreement_signature", "round", nullable=False)
    op.drop_constraint("agreement_signature_pkey", "agreement_signature")
    op.create_primary_key("agreement_signature_pkey", "agreement_signature", ["agreement", "version", "side", "round"])


def _steps_of_what_moved_without_one() -> None:
    """By files, and when a later version came in force; their clocks begin now."""
    op.execute("""
INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)
SELECT id, version, CASE state WHEN 'draft' THEN 'drafted' WHEN 'active' THEN 'activated' ELSE state END,
       'provider', '', '', now()
FROM agreement
WHERE NOT EXISTS (SELECT 1 FROM agreement_step AS step WHERE step.agreement = id AND step.version = agreement.version)
""")
    op.execute("""
INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)
SELECT id, version, 'superseded', NULL, '', '', now()
FROM agreement
WHERE state = 'terminated' AND NOT EXISTS (
    SELECT 1 FROM agreement_step AS step WHERE step.agreement = id AND step.version = agreement.version
      AND step.kind IN ('terminated', 'dropped', 'refused')
)
""")


def _reminders() -> None:
    op.create_table(
        "agreement_reminder",
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('provider', 'consumer')", name=op.f("agreement_reminder_side_known")),
        sa.ForeignKeyConstraint(
            ["agreement", "version"],
            ["agreement.id", "agreement.version"],
            name=op.f("agreement_reminder_agreement_version_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            *("agreement", "version", "kind", "since", "organisation", "known"), name=op.f("agreement_reminder_pkey")
        ),
    )
    op.create_index("agreement_reminder_of", "agreement_reminder", ["organisation", "at"])


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
