"""Events leave through a table: written with the change, relayed in order per record, kept to publish again."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import ids, telemetry
from shared.bus import Bus, BusError
from shared.contracts.envelope import Envelope, Event, Heartbeat

BATCH = 256
KEPT = timedelta(days=30)  # sent rows stay this long, so that a lost stream can be filled again
BEAT = 1.0  # seconds between heartbeats
SILENT = 5.0  # seconds without anything published, after which this app says that it is not ready
PRUNE_EVERY = 3600.0  # seconds

log = structlog.get_logger()

_EMIT = text("""
WITH next AS (
    INSERT INTO aggregate (aggregate, seq) VALUES (:aggregate, 1)
    ON CONFLICT (aggregate) DO UPDATE SET seq = aggregate.seq + 1 RETURNING seq
)
INSERT INTO outbox (id, aggregate, seq, subject, data, traceparent)
SELECT :id, :aggregate, next.seq, :subject, CAST(:data AS jsonb), :traceparent FROM next
""")
_UNSENT = text("""
SELECT id, aggregate, seq, subject, data, traceparent, created_at FROM outbox
WHERE sent_at IS NULL ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
""")
_UNSEND = text("UPDATE outbox SET sent_at = NULL, stream_seq = NULL WHERE stream_seq > :last")
_STREAM = text("""
INSERT INTO stream (name, created) VALUES (:name, :created) ON CONFLICT (name) DO UPDATE SET created = excluded.created
""")
_SENT = text("UPDATE outbox SET sent_at = now(), stream_seq = :stream_seq WHERE id = :id")


async def emit(session: AsyncSession, aggregate: object, event: Event) -> None:
    """Write `event` of the record `aggregate` in the transaction that changes it."""
    row = {
        "id": ids.new(),
        "aggregate": str(aggregate),
        "subject": event.subject,
        "data": event.model_dump_json(),
        "traceparent": telemetry.traceparent(),
    }
    await session.execute(_EMIT, row)
    session.info["emitted"] = True


class Relay:
    """Publishes what the outbox holds; several relays of one app may run, consumers restore the order per record."""

    def __init__(self, app: str, source: str, engine: AsyncEngine, bus: Bus) -> None:
        self.app = app
        self.source = source
        self.engine = engine
        self.bus = bus
        self.wake = asyncio.Event()
        self._published = float("-inf")

    @property
    def silent(self) -> bool:
        """Whether for some seconds nothing could be published, not even that there is nothing."""
        return asyncio.get_running_loop().time() - self._published > SILENT

    async def run(self) -> None:
        """Relay until cancelled; a heartbeat goes out only when nothing older is unsent."""
        loop = asyncio.get_running_loop()
        pruned = beaten = 0.0
        while True:
            self.wake.clear()
            try:
                if await self.pass_once():
                    self._published = loop.time()
                    continue
                if loop.time() - beaten >= BEAT:
                    await self._beat()
                    beaten = self._published = loop.time()
                if loop.time() - pruned >= PRUNE_EVERY:
                    await self._prune()
                    pruned = loop.time()
            except (BusError, SQLAlchemyError, OSError) as error:
                log.warning("relay_waits", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), BEAT)

    async def pass_once(self) -> int:
        """Publish one batch and mark what was stored; returns how many rows there were."""
        async with self.engine.begin() as connection:
            rows = (await connection.execute(_UNSENT, {"batch": BATCH})).all()
            if not rows:
                return 0
            stored = await asyncio.gather(*(self._publish(row) for row in rows), return_exceptions=True)
            sent = [
                {"id": row.id, "stream_seq": seq} for row, seq in zip(rows, stored, strict=True) if isinstance(seq, int)
            ]
            if sent:
                await connection.execute(_SENT, sent)
        failure = next((seq for seq in stored if isinstance(seq, BaseException)), None)
        if failure:
            raise failure
        return len(rows)

    async def _publish(self, row: Row[Any]) -> int:
        envelope = Envelope(
            id=row.id,
            source=self.source,
            type=row.subject,
            subject=row.aggregate,
            time=row.created_at,
            sequence=f"{row.seq:020d}",
            traceparent=row.traceparent or None,
            data=row.data,
        )
        return await self.bus.publish(row.subject, envelope.encode(), str(row.id))

    async def _beat(self) -> None:
        beat = Heartbeat(source=self.app, at=datetime.now(UTC))
        await self.bus.beat(f"{self.app}.heartbeat.beat.v1", beat.model_dump_json().encode())

    async def reconcile(self) -> int:
        """Mark for publishing again what a lost or rolled-back stream no longer holds; returns how many rows."""
        created, last = await self.bus.stream_state()
        async with self.engine.begin() as connection:
            known = await connection.scalar(text("SELECT created FROM stream WHERE name = :name"), {"name": self.app})
            result = await connection.execute(_UNSEND, {"last": last if known in (None, created) else 0})
            await connection.execute(_STREAM, {"name": self.app, "created": created})
        if result.rowcount:
            log.warning("stream_filled_again", rows=result.rowcount)
            self.wake.set()
        return result.rowcount

    async def _prune(self) -> None:
        async with self.engine.begin() as connection:
            before = {"before": datetime.now(UTC) - KEPT}
            await connection.execute(text("DELETE FROM outbox WHERE sent_at < :before"), before)
            await connection.execute(text("DELETE FROM idempotency WHERE at < :before"), before)
            await connection.execute(text("DELETE FROM used_grant WHERE expires_at < now() - interval '1 minute'"))
