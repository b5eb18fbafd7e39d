"""A person asks for everything to be erased, and everything is: her keys first, then what hung on them."""

import uuid

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry import sealing
from services.registry.commands import consents, merging
from services.registry.queries import reach
from services.registry.queries import rights as queries
from services.registry.rules import rights as rules
from services.registry.tables import (
    CodeSent,
    Comparison,
    Consent,
    Dependant,
    Freeze,
    HeldRecord,
    Message,
    NameWriting,
    Person,
    RecordRequest,
    RightsRequest,
    now,
)
from shared import ids, outbox
from shared.contracts import clock
from shared.contracts.events import ErasureAsked, ErasureCompleted, RegistryErasureDone, RegistryErasureOrdered
from shared.grants import Grant
from shared.problems import Problem
from shared.runtime import Runtime

ERASED = (Person, Freeze, NameWriting, Dependant, HeldRecord, RecordRequest, Message, Comparison, CodeSent)


async def ask_erasure(session: AsyncSession, grant: Grant) -> RightsRequest:
    """The person wants nothing of her to be left; the gateway lets every app know. Raises `erasure-asked-already`."""
    await reach.lock(session, grant.subject)
    if await queries.open_erasure(session, grant.subject):
        raise rules.ASKED_ALREADY()
    moment = now()
    row = RightsRequest(
        id=ids.new(),
        subject=grant.subject,
        kind=rules.ERASE,
        state=rules.ERASURE.initial,
        due_on=rules.due_on(clock.day_of(moment)),
        asked_at=moment,
    )
    session.add(row)
    await outbox.emit(session, row.id, ErasureAsked(request=str(row.id), seal=grant.seal))
    return row


async def erase(runtime: Runtime, session: AsyncSession, event: RegistryErasureOrdered) -> None:
    """Erase a person; of her consents the chain stays, which nobody can open any more."""
    await reach.visible_to_subject(session, event.person)
    await reach.lock(session, event.person)
    found = await queries.everything(session, event.person)
    for row in found.consents:
        await _withdraw(session, runtime, row)
    for owner in (event.person, *map(str, found.dependants)):
        await runtime.vault.destroy(owner)
    for table in ERASED:
        await session.execute(delete(table).where(col(table.subject) == event.person))
    await session.execute(delete(RightsRequest).where(*queries.asked_of_desk(event.person)))
    await merging.forget(session, event.person)
    records = (*(str(row.id) for row in found.consents), *map(str, found.requests), *map(str, found.rights))
    await outbox.emit(session, event.request, RegistryErasureDone(request=event.request, records=records))


async def close(session: AsyncSession, event: ErasureCompleted) -> None:
    """Every app has erased her; that it was asked for and done is kept, not by whom."""
    await reach.visible_to_platform(session)
    row = await queries.found(session, uuid.UUID(event.request))
    if row is not None and row.state == rules.ERASURE.initial:
        row.state, row.subject, row.closed_at = rules.ERASURE.after(row.state, "carry_out"), None, now()


async def _withdraw(session: AsyncSession, runtime: Runtime, row: Consent) -> None:
    """Stop at once what runs on a consent that still opens; once all apps are done the gateway unlinks every one."""
    try:
        await consents.stop(session, runtime, row)
    except Problem as problem:
        if problem.kind is not sealing.GONE:
            raise
