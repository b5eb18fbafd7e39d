"""impact assessments and incidents; nothing of them is deleted"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "impact_assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("organization", "purpose", "state", "necessity", "impact", "safeguards", "written_by")
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("impact_assessment_pkey")),
    )
    op.create_index(
        "impact_assessment_in_force",
        "impact_assessment",
        ["organization", "purpose"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("organization", "grade")),
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("cause", "harm", "measures", "advice", "ask_whom", "written_by")
        ),
        sa.Column("agreement", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=False)
            for name in ("begins_at", "ends_at", "found_at", "tell_due_at")
        ),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("report_due_at", "reported_at", "told_at", "closed_at")
        ),
        sa.Column("harmless_because", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("incident_pkey")),
    )
    op.create_index(op.f("incident_organization"), "incident", ["organization"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
