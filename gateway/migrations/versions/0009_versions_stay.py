"""a version of an agreement stays what was signed, and so do its steps and signatures; only its state moves"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
CREATE FUNCTION version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'state') IS DISTINCT FROM (to_jsonb(OLD) - 'state') THEN
        RAISE EXCEPTION 'a version of an agreement never changes';
    END IF;
    RETURN NEW;
END $$
""")
    op.execute(
        "CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON agreement FOR EACH ROW EXECUTE FUNCTION version_stays()"
    )
    op.execute("""
CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was done with agreements is only added to';
END $$
""")
    for table in ("agreement_step", "agreement_signature"):
        op.execute(
            f"CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION only_added()"
        )


def downgrade() -> None:
    raise NotImplementedError("forward only: write the next migration instead")
