"""A person restricts what others may do with her data (PIPL 44): no consent of hers opens anything meanwhile."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.queries import consents as queries
from services.registry.queries import reach
from services.registry.tables import Freeze, now
from shared import outbox
from shared.contracts import clock
from shared.contracts.events import ConsentFrozen, ConsentThawed
from shared.grants import Grant
from shared.runtime import Runtime


async def freeze(session: AsyncSession, runtime: Runtime, grant: Grant) -> Freeze:
    """Close everything and withdraw nothing. Again changes nothing."""
    await reach.lock(session, grant.subject)
    row = await queries.freeze(session, grant.subject)
    if row is None:
        row = Freeze(subject=grant.subject, since=now())
        session.add(row)
        await _tell(session, runtime, grant, ConsentFrozen)
    return row


async def thaw(session: AsyncSession, runtime: Runtime, grant: Grant) -> None:
    """Let every consent that is still live open again what it covers. Again changes nothing."""
    await reach.lock(session, grant.subject)
    row = await queries.freeze(session, grant.subject)
    if row is not None:
        await session.delete(row)
        await _tell(session, runtime, grant, ConsentThawed)


async def _tell(
    session: AsyncSession, runtime: Runtime, grant: Grant, what: type[ConsentFrozen] | type[ConsentThawed]
) -> None:
    for consent in await queries.live(session, runtime.vault, grant.subject, clock.day_of(now())):
        await outbox.emit(session, consent.id, what(consent=str(consent.id)))
