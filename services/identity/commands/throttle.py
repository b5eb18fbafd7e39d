"""Failed tries are counted, by account and browser: unknown browsers share one count, a known one has its own."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.queries import people as queries
from services.identity.rules import sign_in as rules
from services.identity.tables import Failure
from shared.problems import Problem


async def paused(session: AsyncSession, tag: bytes) -> Problem | None:
    """Why not to look at a try now, if so; tries with one tag are looked at one after another, known or not."""
    await queries.lock_handle(session, tag)
    row = await queries.failures(session, tag)
    if row is None or row.blocked_until <= datetime.now(UTC):
        return None
    return rules.PAUSED()


async def failed(session: AsyncSession, tag: bytes) -> None:
    """Count a failure; from the fifth on there is a pause."""
    now = datetime.now(UTC)
    row = await queries.failures(session, tag) or Failure(tag=tag, count=0, blocked_until=now)
    row.count = 1 if now - row.blocked_until > rules.FORGOTTEN else row.count + 1
    row.blocked_until = now + rules.pause(row.count)
    session.add(row)


async def passed(session: AsyncSession, tag: bytes) -> None:
    """A success wipes the count."""
    row = await queries.failures(session, tag)
    if row:
        await session.delete(row)
