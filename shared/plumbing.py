"""The tables that every app's database has for itself: outbox, inbox, dead letters, idempotency, used grants."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("aggregate", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("traceparent", Text, nullable=False, server_default=""),
    _now("created_at"),
    Column("sent_at", DateTime(timezone=True)),
    Column("stream_seq", BigInteger),
    UniqueConstraint("aggregate", "seq", name="outbox_aggregate_seq"),
)
Index("outbox_unsent", OUTBOX.c.id, postgresql_where=OUTBOX.c.sent_at.is_(None))
Index("outbox_stream_seq", OUTBOX.c.stream_seq)

AGGREGATE = Table(
    "aggregate",
    METADATA,
    Column("aggregate", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

STREAM = Table(
    "stream",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("created", Text, nullable=False),
)

INBOX = Table("inbox", METADATA, Column("event", Uuid, primary_key=True), _now("handled_at"))

POSITION = Table(
    "position",
    METADATA,
    Column("source", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("source", "aggregate"),
)

HEARTBEAT = Table("heartbeat", METADATA, Column("source", Text, primary_key=True), _now("at"))

DEAD_LETTER = Table(
    "dead_letter",
    METADATA,
    Column("event", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("trace", Text, nullable=False, server_default=""),
    Column("payload", LargeBinary, nullable=False),
    _now("at"),
)

ERASURE = Table("erasure", METADATA, Column("request", Text, primary_key=True), _now("at"))

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("caller", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("answer", LargeBinary),
    Column("etag", Text),
    _now("at"),
    PrimaryKeyConstraint("caller", "key"),
)

USED_GRANT = Table(
    "used_grant",
    METADATA,
    Column("jti", Text, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
Index("used_grant_expiry", USED_GRANT.c.expires_at)
