"""What the federation writes: errands taken up, tried and settled; messages taken in once."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from gateway.federation import queries, rules
from gateway.federation.signatures import Proof
from gateway.federation.tables import Delivery, Nonce
from shared import ids, outbox
from shared.contracts.events import RecordRequestFact, RecordRequestUndelivered

LEASE = timedelta(seconds=60)  # while one process tries, no other does

_TAKE = text("""
UPDATE delivery SET next_at = :until, attempts = attempts + 1
WHERE id = (
    SELECT id FROM delivery WHERE state = 'waiting' AND next_at <= :now
    ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING *
""")
# An empty answer marks a message that is being handled.
_CLAIM = text("""
INSERT INTO received (peer, key, digest, answer) VALUES (:peer, :key, :digest, '{}')
ON CONFLICT (peer, key) DO UPDATE SET at = now()
WHERE received.digest = excluded.digest AND received.answer = '{}' AND received.at < :before
RETURNING key
""")
_GIVE_BACK = text("DELETE FROM received WHERE peer = :peer AND key = :key AND answer = '{}'")
_REMEMBER = text("UPDATE received SET answer = CAST(:answer AS jsonb) WHERE peer = :peer AND key = :key")


async def take_up(session: AsyncSession, kind: str, event: RecordRequestFact) -> None:
    """Put an errand on the list."""
    session.add(
        Delivery(
            id=ids.new(),
            kind=kind,
            peer=event.peer,
            request=event.request,
            record_type=event.record_type,
            seal=event.seal,
            state=rules.DELIVERY.initial,
            next_at=datetime.now(UTC),
        )
    )


async def next_due(engine: AsyncEngine) -> Delivery | None:
    """The errand that is due, leased to this process for a minute."""
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        row = (await connection.execute(_TAKE, {"now": now, "until": now + LEASE})).mappings().first()
    return Delivery(**row) if row else None


async def settle(session: AsyncSession, delivery: Delivery, verb: str, receipt: str | None = None) -> None:
    """End an errand: delivered, gone (nothing is to be sent any more) or undeliverable, which whoever asked hears.

    One that went with an erased person meanwhile stays gone.
    """
    held = await queries.held(session, delivery.id)
    if held is None:
        return
    held.state = rules.DELIVERY.after(held.state, verb)
    held.receipt = receipt
    if verb == "give_up" and delivery.kind == "request":
        told = RecordRequestUndelivered(request=delivery.request, peer=delivery.peer)
        await outbox.emit(session, delivery.request, told)


async def postpone(session: AsyncSession, delivery: Delivery) -> None:
    """Try again later; after 72 h no more."""
    now = datetime.now(UTC)
    if rules.hopeless(delivery.created_at, now):
        return await settle(session, delivery, "give_up")
    held = await queries.held(session, delivery.id)
    if held is not None:
        held.next_at = now + rules.wait(held.attempts)


async def use_nonce(session: AsyncSession, peer: str, proof: Proof) -> None:
    """401 `nonce-used` for a message that was seen before."""
    used = await session.execute(
        insert(Nonce)
        .values(peer=peer, nonce=proof.nonce, expires_at=proof.expires + timedelta(seconds=rules.SKEW))
        .on_conflict_do_nothing()
        .returning(col(Nonce.nonce))
    )
    if used.first() is None:
        raise rules.REPLAYED()
    await session.execute(text("DELETE FROM nonce WHERE expires_at < now()"))


async def claim(session: AsyncSession, peer: str, key: str, body: bytes) -> dict[str, Any] | None:
    """Take a message up, which of several at a time one may; None then, else the answer that it got before.

    422 when the key is reused for another message, 409 while the first is still being handled. A claim whose process
    died may be taken over after a minute.
    """
    digest = hashlib.sha256(body).digest()
    given = {"peer": peer, "key": key, "digest": digest, "before": datetime.now(UTC) - LEASE}
    if (await session.execute(_CLAIM, given)).first() is not None:
        return None
    before = await queries.received(session, peer, key)
    if before is None or (before.digest == digest and not before.answer):
        raise rules.IN_FLIGHT()
    if before.digest != digest:
        raise rules.REQUEST_REUSED()
    return before.answer


async def give_back(session: AsyncSession, peer: str, key: str) -> None:
    """End a claim without an answer: the same message may come again."""
    await session.execute(_GIVE_BACK, {"peer": peer, "key": key})


async def remember(session: AsyncSession, peer: str, key: str, answer: dict[str, Any]) -> None:
    """Keep the answer under the message's key."""
    await session.execute(_REMEMBER, {"peer": peer, "key": key, "answer": json.dumps(answer)})
