"""The order to every app, and what is left to do here when all have carried it out."""

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateway.erasure import queries
from gateway.erasure.tables import Erasing
from gateway.exchange import desk
from gateway.exchange.desk import Desk
from gateway.exchange.tables import Consent, Withdrawal
from gateway.federation.tables import Delivery
from gateway.webhooks import rules as webhooks
from gateway.webhooks.tables import Message
from shared import db, outbox, telemetry
from shared.background import rounds
from shared.contracts.events import (
    CasesErasureOrdered,
    ErasureAsked,
    ErasureCompleted,
    ErasureOrdered,
    IdentityErasureOrdered,
    ReferralsErasureOrdered,
    RegistryErasureOrdered,
)
from shared.runtime import Runtime

EVERY = 1.0  # seconds
ORDERED: dict[str, type[ErasureOrdered]] = {
    "identity": IdentityErasureOrdered,
    "registry": RegistryErasureOrdered,
    "referrals": ReferralsErasureOrdered,
    "cases": CasesErasureOrdered,
}

log = structlog.get_logger()


async def order(runtime: Runtime, session: AsyncSession, event: ErasureAsked) -> None:
    """Tell every app whom to erase. Ordered again, it is all done again."""
    seals = desk.at(runtime).seals
    person = seals.open(event.seal)
    if person is None:
        return
    row = {"request": event.request, "seal": event.seal, "waits_for": list(ORDERED), "records": []}
    await session.execute(insert(Erasing).values(row).on_conflict_do_nothing())
    for app, ordered in ORDERED.items():
        told = ordered(request=event.request, person=seals.known_as(app, person))
        await outbox.emit(session, f"{event.request}/{app}", told)


async def run(runtime: Runtime) -> None:
    """Finish what every app has done."""
    at = desk.at(runtime)

    async def once() -> None:
        async with runtime.sessions() as session:
            done = await queries.erased(session)
        for request in done:
            await _end(at, request)

    await rounds(EVERY, once, runtime.is_quiet)


async def _end(at: Desk, request: str) -> None:
    try:
        async with at.runtime.sessions() as session, session.begin():
            row = await queries.to_finish(session, request)
            if row:
                await _finish(at, session, row)
    except Exception as error:  # whatever is wrong with one erasure keeps no other from its end
        if db.is_away(error):
            raise
        log.error("erasure_not_finished", detail=request, reason=type(error).__name__, where=telemetry.where(error))


async def _finish(at: Desk, session: AsyncSession, row: Erasing) -> None:
    person = at.seals.open(row.seal)
    if person is not None:
        await at.log.forget(person)
        await _unlink(at, session, row.records, person)
    await session.delete(row)
    await outbox.emit(session, row.request, ErasureCompleted(request=row.request))


async def _unlink(at: Desk, session: AsyncSession, records: list[str], person: str) -> None:
    """The other party of a case keeps it, and a recipient still hears that a referral is over, so that it deletes what
    it holds; everything else was hers alone."""
    for link in await queries.links(session, records):
        link.seals = [seal for seal in link.seals if at.seals.open(seal) not in (None, person)]
        if not link.seals:
            await session.delete(link)
    await session.execute(delete(Consent).where(col(Consent.id).in_(records)))
    await session.execute(delete(Withdrawal).where(col(Withdrawal.consent).in_(records)))
    await session.execute(delete(Delivery).where(col(Delivery.request).in_(records)))
    hers = col(Message.referral).in_(records)
    await session.execute(delete(Message).where(hers, col(Message.referral_state).not_in(webhooks.ENDS)))
