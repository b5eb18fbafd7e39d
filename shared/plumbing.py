"""The tables that every app's database has for itself: outbox, inbox, dead letters, idempotency, used grants."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

METADATA = sa.MetaData()


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("data", JSONB, nullable=False),
    sa.Column("traceparent", sa.Text, nullable=False, server_default=""),
    _now("created_at"),
    sa.Column("sent_at", sa.DateTime(timezone=True)),
    sa.Column("stream_seq", sa.BigInteger),
    sa.UniqueConstraint("aggregate", "seq", name="outbox_aggregate_seq"),
)
sa.Index("outbox_unsent", OUTBOX.c.id, postgresql_where=OUTBOX.c.sent_at.is_(None))
sa.Index("outbox_stream_seq", OUTBOX.c.stream_seq)

AGGREGATE = sa.Table(
    "aggregate",
    METADATA,
    sa.Column("aggregate", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
)

STREAM = sa.Table(
    "stream", METADATA, sa.Column("name", sa.Text, primary_key=True), sa.Column("created", sa.Text, nullable=False)
)

INBOX = sa.Table("inbox", METADATA, sa.Column("event", sa.Uuid, primary_key=True), _now("handled_at"))

POSITION = sa.Table(
    "position",
    METADATA,
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("source", "aggregate"),
)

HEARTBEAT = sa.Table("heartbeat", METADATA, sa.Column("source", sa.Text, primary_key=True), _now("at"))

DEAD_LETTER = sa.Table(
    "dead_letter",
    METADATA,
    sa.Column("event", sa.Uuid, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("trace", sa.Text, nullable=False, server_default=""),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    _now("at"),
)

ERASURE = sa.Table("erasure", METADATA, sa.Column("request", sa.Text, primary_key=True), _now("at"))

IDEMPOTENCY = sa.Table(
    "idempotency",
    METADATA,
    sa.Column("caller", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("request", sa.LargeBinary, nullable=False),
    sa.Column("status", sa.SmallInteger),
    sa.Column("answer", sa.LargeBinary),
    sa.Column("etag", sa.Text),
    _now("at"),
    sa.PrimaryKeyConstraint("caller", "key"),
)

USED_GRANT = sa.Table(
    "used_grant",
    METADATA,
    sa.Column("jti", sa.Text, primary_key=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("used_grant_expiry", USED_GRANT.c.expires_at)
