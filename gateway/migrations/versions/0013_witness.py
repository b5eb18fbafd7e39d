"""checkpoints are cosigned by other regions, and theirs here"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("log_cosignature_pkey")),
    )
    op.create_table(
        "log_witness",
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("witness", name=op.f("log_witness_pkey")),
    )
    op.create_table(
        "witnessed_log",
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("witnessed_log_pkey")),
    )
    op.create_table(
        "log_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("kept", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('suspected', 'confirmed')", name=op.f("log_conflict_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("log_conflict_pkey")),
        sa.UniqueConstraint("log", "size", "root", name=op.f("log_conflict_log_size_root_key")),
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON log_cosignature"
        " FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()"
    )
    op.execute("""
CREATE FUNCTION witness_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) THEN
        RAISE EXCEPTION 'a witness does not go back';
    END IF;
    RETURN NEW;
END $$
""")
    op.execute(
        "CREATE TRIGGER goes_on BEFORE UPDATE OR DELETE ON witnessed_log"
        " FOR EACH ROW EXECUTE FUNCTION witness_goes_on()"
    )
    op.execute("""
CREATE FUNCTION conflict_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'confirmed' OR (TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state') THEN
        RAISE EXCEPTION 'evidence stays as it is';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
""")
    op.execute(
        "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON log_conflict FOR EACH ROW EXECUTE FUNCTION conflict_stays()"
    )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
