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
    """Until now every one was made over the bare hash, whichever offer it was for."""
    op.add_column("agreement_signature", sa.Column("round", sa.Integer(), nullable=True))
    op.add_column("agreement_signature", sa.Column("signed", sa.String(), nullable=True))
    op.execute("ALTER TABLE agreement_signature DISABLE TRIGGER only_added")
    op.execute("""
UPDATE agreement_signature AS signature SET signed = agreement.hash, round = greatest(1, (
    SELECT count(*) FROM agreement_step AS step
    WHERE step.agreement = signature.agreement AND step.version = signature.version
      AND step.kind = 'offered' AND step.at <= signature.at
))
FROM agreement WHERE agreement.id = signature.agreement AND agreement.version = signature.version
""")
    op.execute("ALTER TABLE agreement_signature ENABLE TRIGGER only_added")
    for column in ("round", "signed"):
        op.alter_column("agreement_signature", column, nullable=False)
    op.drop_constraint("agreement_signature_pkey", "agreement_signature")
    op.create_primary_key("agreement_signature_pkey", "agreement_signature", ["agreement", "version", "side", "round"])


def _steps_of_what_moved_without_one() -> None:
    """By files, and when a later version came in force; their clocks begin now.

    What was in force has a step that says so; or it is its agreement's only version, has no step at all, and there is
    more than the event of its end. What nothing says this of was never in force.
    """
    op.execute("""
INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)
SELECT id, version,
    CASE WHEN state = 'draft' THEN 'drafted' WHEN state = 'active' THEN 'activated'
        WHEN state NOT IN ('terminated', 'expired') THEN state WHEN NOT begun THEN 'dropped'
        WHEN state = 'terminated' AND followed THEN 'superseded' ELSE state END,
    CASE WHEN begun AND followed AND state = 'terminated' THEN NULL ELSE 'provider' END, '', '', now()
FROM (
    SELECT id, version, state,
        CASE last.kind WHEN 'drafted' THEN 'draft' WHEN 'taken_back' THEN 'draft' WHEN 'returned' THEN 'draft'
            WHEN 'activated' THEN 'active' WHEN 'resumed' THEN 'active'
            WHEN 'dropped' THEN 'terminated' WHEN 'refused' THEN 'terminated' ELSE last.kind END AS stands,
        EXISTS (SELECT 1 FROM agreement AS later WHERE later.id = agreement.id AND later.version > agreement.version
            AND (later.state IN ('active', 'suspended') OR EXISTS (SELECT 1 FROM agreement_step AS step
                WHERE step.agreement = later.id AND step.version = later.version
                AND step.kind IN ('activated', 'suspended')))) AS followed,
        EXISTS (SELECT 1 FROM agreement_step AS step WHERE step.agreement = id AND step.version = agreement.version
            AND step.kind IN ('activated', 'suspended'))
        OR last.kind IS NULL AND EXISTS (SELECT 1 FROM aggregate WHERE aggregate = id AND seq > 1)
            AND NOT EXISTS (SELECT 1 FROM agreement AS other
                WHERE other.id = agreement.id AND other.version <> agreement.version) AS begun
    FROM agreement LEFT JOIN LATERAL (
        SELECT kind FROM agreement_step AS step WHERE step.agreement = id AND step.version = agreement.version
            AND kind IN ('drafted', 'taken_back', 'returned', 'offered', 'agreed', 'activated', 'resumed', 'suspended',
                'expired', 'terminated', 'dropped', 'refused')
        ORDER BY seq DESC LIMIT 1
    ) AS last ON true
) AS moved
WHERE state IS DISTINCT FROM stands
ORDER BY id, version
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
