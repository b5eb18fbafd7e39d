"""Events arrive once and in order per record: inbox row, position and effect in one transaction; poison goes aside."""

import json
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import db, telemetry
from shared.bus import Away, Delivery, Later
from shared.contracts.envelope import Envelope, Event, Heartbeat
from shared.door import evidence
from shared.seals import Sealer

POISON_AFTER = 5  # failed attempts until an event goes to the dead letters
GAP_AFTER = 150  # deliveries, some nine minutes, that an event waits for the one before it
DEAD = "dead_letter"  # what these seals are used for
GAP_STEP = 0.05  # seconds by which each of these waits is longer than the one before

Handler = Callable[[AsyncSession, Any], Awaitable[None]]
Handlers = Mapping[type[Event], Handler]

log = structlog.get_logger()

_AHEAD = text("SELECT 1 FROM dead_letter WHERE source = :source AND aggregate = :aggregate LIMIT 1")
_DEAD = text("SELECT * FROM dead_letter ORDER BY source, aggregate, seq")
_EXHUME = text("DELETE FROM dead_letter WHERE event = :event")
_RESEAL = text("UPDATE dead_letter SET payload = :payload WHERE event = :event")
_BEAT = text("""
INSERT INTO heartbeat (source, at) VALUES (:source, :at)
ON CONFLICT (source) DO UPDATE SET at = greatest(heartbeat.at, excluded.at)
""")
_BURY = text("""
INSERT INTO dead_letter (event, source, aggregate, seq, subject, reason, trace, payload)
VALUES (:event, :source, :aggregate, :seq, :subject, :reason, :trace, :payload) ON CONFLICT DO NOTHING
""")


class Unreadable(Exception):
    """The message is no CloudEvent of a version that this app knows."""


@dataclass(frozen=True)
class Inbox:
    """Takes deliveries of other apps' streams to this app's handlers."""

    sessions: async_sessionmaker[AsyncSession]
    handlers: Handlers
    known: Mapping[str, type[Event]]
    keks: Sequence[bytes]
    stir: Callable[[], None] = lambda: None
    heeded: Collection[str] = ()
    _failures: dict[uuid.UUID, int] = field(default_factory=dict)

    def filters(self, source: str) -> list[str]:
        """What this app follows of `source`: whole nouns, so that numbers have no gaps, and the beat of one heeded."""
        subjects = {event.subject for event in self.handlers if event.subject.split(".")[0] == source}
        nouns = {".".join(subject.split(".")[:2]) for subject in subjects}
        beat = [f"{source}.heartbeat.beat.v1"] if source in self.heeded else []
        return [*sorted(f"{noun}.>" for noun in nouns), *beat]

    def sources(self) -> set[str]:
        """The apps whose events this app handles."""
        return {event.subject.split(".")[0] for event in self.handlers}

    async def receive(self, delivery: Delivery) -> Later | None:
        """Handle one delivery; None acknowledges it. Away while the database is: that is no fault of the event."""
        try:
            return await self._handled(delivery)
        except Exception as error:
            if db.is_away(error):
                raise Away(type(error).__name__) from error
            raise

    async def _handled(self, delivery: Delivery) -> Later | None:
        envelope = None
        try:
            if delivery.subject.endswith(".heartbeat.beat.v1"):
                await self._beat(delivery)
                return None
            envelope = _read(delivery.payload)
            if not await self._apply(envelope):
                return await self._wait(delivery, envelope)
            self._failures.pop(envelope.id, None)
        except Unreadable as error:
            await self._bury(delivery, envelope or _stand_in(delivery), str(error))
        except Exception as error:
            if envelope is None or db.is_away(error):
                raise
            return await self._failed(delivery, envelope, type(error).__name__)
        return None

    async def _apply(self, envelope: Envelope) -> bool:
        """Inbox row, position and effect in one transaction; False when an earlier event is still missing."""
        event_class = self.known.get(envelope.type)
        if event_class is None:
            raise Unreadable("unknown event or version")
        with evidence("event", str(envelope.id)), telemetry.consumed(envelope.type, envelope.traceparent):
            async with self.sessions() as session, session.begin():
                if not await _first_time(session, envelope):
                    return True
                if not await _advance(session, envelope):
                    await session.rollback()
                    return False
                handler = self.handlers.get(event_class)
                if handler:
                    await handler(session, event_class.model_validate(envelope.data))
        self.stir()
        return True

    async def _failed(self, delivery: Delivery, envelope: Envelope, reason: str) -> Later | None:
        """A handler failed: again some times, then aside. Deliveries of other causes do not count."""
        failures = self._failures.get(envelope.id, 0) + 1
        trace_id = telemetry.trace_of(envelope.traceparent)
        log.warning("event_failed", event_type=envelope.type, attempt=failures, reason=reason, trace_id=trace_id)
        if failures < POISON_AFTER:
            self._failures[envelope.id] = failures
            return Later(0.1 * 2**failures)
        await self._bury(delivery, envelope, reason)
        return None

    async def _wait(self, delivery: Delivery, envelope: Envelope) -> Later | None:
        """An event whose predecessor is missing comes again; behind a dead letter it joins it, so that order holds."""
        async with self.sessions() as session:
            ahead = await session.execute(_AHEAD, {"source": envelope.source, "aggregate": envelope.subject})
            behind = ahead.first() is not None
        if not behind and delivery.attempt < GAP_AFTER:
            return Later(GAP_STEP * delivery.attempt)
        await self._bury(delivery, envelope, "behind a dead letter" if behind else "the one before it is missing")
        return None

    async def _bury(self, delivery: Delivery, envelope: Envelope, reason: str) -> None:
        """Seal the message into the dead letters, from where `replay` hands it in again."""
        trace_id = telemetry.trace_of(envelope.traceparent)
        log.error("dead_letter", event_type=envelope.type, reason=reason, trace_id=trace_id)
        row = {
            "event": envelope.id,
            "source": envelope.source,
            "aggregate": envelope.subject,
            "seq": int(envelope.sequence),
            "subject": delivery.subject,
            "reason": reason,
            "trace": envelope.traceparent or "",
            "payload": self._sealer.shut(delivery.payload),
        }
        async with self.sessions() as session, session.begin():
            await session.execute(_BURY, row)
        self._failures.pop(envelope.id, None)

    async def letters(self) -> Sequence[Row[Any]]:
        """The dead letters, in order per record; their payloads are sealed."""
        async with self.sessions() as session:
            return (await session.execute(_DEAD)).all()

    async def replay(self) -> int:
        """Hand every dead letter in again, in order per record; returns how many were handled and so are gone."""
        handled = 0
        for row in await self.letters():
            try:
                applied = await self._apply(_read(self._sealer.opened(row.payload) or b""))
            except Exception as error:
                log.warning("replay_failed", event_type=row.subject, reason=type(error).__name__)
                continue
            if applied:
                async with self.sessions() as session, session.begin():
                    await session.execute(_EXHUME, {"event": row.event})
                handled += 1
        return handled

    async def reseal(self) -> int:
        """Seal the dead letters under the first key that an older one sealed; how many no key of ours opens."""
        newest, lost = Sealer(self.keks[0], DEAD), 0
        for row in await self.letters():
            payload = self._sealer.opened(row.payload)
            lost += payload is None
            if payload is not None and newest.opened(row.payload) is None:
                async with self.sessions() as session, session.begin():
                    await session.execute(_RESEAL, {"event": row.event, "payload": newest.shut(payload)})
        return lost

    @property
    def _sealer(self) -> Sealer:
        return Sealer(self.keks[0], DEAD, *self.keks[1:])

    async def _beat(self, delivery: Delivery) -> None:
        try:
            beat = Heartbeat.model_validate_json(delivery.payload)
        except ValidationError:
            raise Unreadable("no heartbeat that can be read") from None
        async with self.sessions() as session, session.begin():
            await session.execute(_BEAT, {"source": beat.source, "at": beat.at})


def _read(payload: bytes) -> Envelope:
    try:
        envelope = Envelope.model_validate_json(payload)
        int(envelope.sequence)
    except (ValidationError, ValueError) as error:
        raise Unreadable("no CloudEvent that can be read") from error
    return envelope


def _stand_in(delivery: Delivery) -> Envelope:
    """What stands in the dead letters for a message that cannot be read."""
    made = uuid.uuid5(uuid.NAMESPACE_OID, delivery.payload.hex())
    app = delivery.subject.split(".")[0]
    shell = {"id": str(made), "source": app, "type": delivery.subject, "subject": "unreadable", "sequence": "0"}
    return Envelope.model_validate_json(json.dumps(shell | {"time": "1970-01-01T00:00:00Z", "data": {}}))


async def _first_time(session: AsyncSession, envelope: Envelope) -> bool:
    inserted = await session.execute(
        text("INSERT INTO inbox (event) VALUES (:event) ON CONFLICT DO NOTHING RETURNING event"), {"event": envelope.id}
    )
    return inserted.first() is not None


async def _advance(session: AsyncSession, envelope: Envelope) -> bool:
    """Move the record's position to this event; False when an earlier one is still missing."""
    number = int(envelope.sequence)
    step = _FIRST if number == 1 else _NEXT
    place = {"source": envelope.source, "aggregate": envelope.subject, "before": number - 1}
    return (await session.execute(step, place)).first() is not None


_FIRST = text("""
INSERT INTO position (source, aggregate, seq) VALUES (:source, :aggregate, :before + 1)
ON CONFLICT DO NOTHING RETURNING seq
""")
_NEXT = text("""
UPDATE position SET seq = seq + 1 WHERE source = :source AND aggregate = :aggregate AND seq = :before RETURNING seq
""")
