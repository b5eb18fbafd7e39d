"""What the federation writes: errands taken up, tried and settled; messages taken in once."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from gateway.federation import queries, rules
from gateway.federation.signatures import Proof
from gateway.federation.tables import Delivery, Nonce, Received
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


async def settle(session: AsyncSession, delivery: Delivery, verb: str, receipt: dict[str, Any] | None = None) -> None:
    """End an errand: delivered, gone (nothing is to be sent any more) or undeliverable, which whoever asked hears."""
    delivery.state = rules.DELIVERY.after(delivery.state, verb)
    delivery.receipt = receipt
    await session.merge(delivery)
    if verb == "give_up" and delivery.kind == "request":
        told = RecordRequestUndelivered(request=delivery.request, peer=delivery.peer)
        await outbox.emit(session, delivery.request, told)


async def postpone(session: AsyncSession, delivery: Delivery) -> None:
    """Try again later; after 72 h no more."""
    now = datetime.now(UTC)
    if rules.hopeless(delivery.created_at, now):
        return await settle(session, delivery, "give_up")
    delivery.next_at = now + rules.wait(delivery.attempts)
    await session.merge(delivery)


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


async def known_answer(session: AsyncSession, peer: str, key: str, body: bytes) -> dict[str, Any] | None:
    """The answer that this message got before; 422 when the key is reused for another one."""
    before = await queries.received(session, peer, key)
    if before is None:
        return None
    if before.digest != hashlib.sha256(body).digest():
        raise rules.REQUEST_REUSED()
    return before.answer


async def remember(session: AsyncSession, peer: str, key: str, body: bytes, answer: dict[str, Any]) -> None:
    """Keep the answer under the message's key."""
    row = {"peer": peer, "key": key, "digest": hashlib.sha256(body).digest(), "answer": answer}
    await session.execute(insert(Received).values(row).on_conflict_do_nothing())
