"""The log's tables, in Core because all is written in bulk: entries, tree and checkpoints only grow, by a trigger."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    event,
    text,
)

from gateway import tables

_METADATA = tables.Base.metadata

# one leaf: its canonical bytes, and beside the tree what finds it and what only the person can open
LOG_ENTRY = Table(
    "log_entry",
    _METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("decision", Uuid, nullable=False),
    Column("phase", Text, nullable=False),
    Column("subject_tag", LargeBinary, unique=True),
    Column("body", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("at", DateTime(timezone=True), nullable=False),
)
Index("log_entry_decision", LOG_ENTRY.c.decision)

# the hash of each complete subtree of two or more leaves; single leaves are in log_entry
LOG_NODE = Table(
    "log_node",
    _METADATA,
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

# the one row that every writer locks: the size, and the hashes of the compact range one after the other
LOG_HEAD = Table(
    "log_head",
    _METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

# what the log signed about itself; never two for one size
LOG_CHECKPOINT = Table(
    "log_checkpoint",
    _METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

# what witnesses, which are other regions, said of a checkpoint: their signature lines, to be served with its note
LOG_COSIGNATURE = Table(
    "log_cosignature",
    _METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

# how many entries a person has; she is named by a keyed hash, and the key to her entries lies elsewhere
LOG_COUNTER = Table(
    "log_counter",
    _METADATA,
    Column("person_tag", LargeBinary, primary_key=True),
    Column("entries", BigInteger, nullable=False),
)

TABLES = (LOG_ENTRY, LOG_NODE, LOG_HEAD, LOG_CHECKPOINT, LOG_COSIGNATURE, LOG_COUNTER)


@event.listens_for(LOG_ENTRY, "after_create")
@event.listens_for(LOG_NODE, "after_create")
@event.listens_for(LOG_CHECKPOINT, "after_create")
@event.listens_for(LOG_COSIGNATURE, "after_create")
def _only_grows(target: Table, connection: Connection, **_: object) -> None:
    """Even the run-time role, which may write everywhere, cannot change or remove what the log holds."""
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$"
        )
    )
    connection.execute(
        text(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {target.name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()"
        )
    )


@event.listens_for(LOG_HEAD, "after_create")
def _begins_empty(target: Table, connection: Connection, **_: object) -> None:
    connection.execute(target.insert().values(id=1, size=0, edge=b""))
