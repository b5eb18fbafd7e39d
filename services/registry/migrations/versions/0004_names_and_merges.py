"""further writings of names, comparisons at an intake, and merges of two records of one person"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A sealed object has one size per kind (content, plus 29 bytes of version, nonce and tag).
SIZES = {"name_writing": 2_048, "comparison": 4_096, "merge": 4_096}


def upgrade() -> None:
    _writings()
    _comparisons()
    _merges()
    for table, size in SIZES.items():
        op.create_check_constraint(op.f(f"{table}_one_size"), table, f"octet_length(sealed) = {size + 29}")
    # Both sign-ins of a merge see it: either may undo it.
    for table, reach in {
        "name_writing": "subject = nullif(current_setting('app.subject', true), '')",
        "comparison": "subject = nullif(current_setting('app.subject', true), '')",
        "code_sent": "subject = nullif(current_setting('app.subject', true), '')",
        "merge": "nullif(current_setting('app.subject', true), '') IN (subject, other)",
    }.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {table}_reach ON {table} USING ({reach} OR current_setting('app.platform', true) = 'on')"
        )


def _writings() -> None:
    op.create_table(
        "name_writing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("contact_index", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("name_writing_pkey")),
    )
    op.create_index(op.f("name_writing_subject"), "name_writing", ["subject"], unique=False)
    op.create_index("name_writing_name_index", "name_writing", ["name_index"], unique=False)
    op.create_index("name_writing_contact_index", "name_writing", ["contact_index"], unique=False)


def _comparisons() -> None:
    op.create_table(
        "comparison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("comparison_pkey")),
    )
    op.create_index(op.f("comparison_subject"), "comparison", ["subject"], unique=False)
    op.create_index("comparison_state", "comparison", ["state"], unique=False)
    op.create_table(
        "code_sent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("code_sent_pkey")),
    )
    op.create_index(op.f("code_sent_subject"), "code_sent", ["subject"], unique=False)


def _merges() -> None:
    op.create_table(
        "merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("merge_pkey")),
    )
    op.create_index(op.f("merge_subject"), "merge", ["subject"], unique=False)
    op.create_index(op.f("merge_other"), "merge", ["other"], unique=False)
    op.create_index("merge_undo", "merge", ["state", "undo_until"], unique=False)
    op.create_table(
        "merge_part",
        sa.Column("merge", sa.Uuid(), nullable=False),
        sa.Column("thing", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("merge", "thing", name=op.f("merge_part_pkey")),
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
