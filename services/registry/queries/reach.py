"""What a transaction may see of people: one subject's rows, or what the platform works on; held by the database too."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import problems
from shared.grants import Grant

_SUBJECT = text("SELECT set_config('app.subject', :subject, true), set_config('app.platform', '', true)")
_PLATFORM = text("SELECT set_config('app.subject', '', true), set_config('app.platform', 'on', true)")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")


async def visible_to(session: AsyncSession, grant: Grant) -> str:
    """Narrow the transaction to the grant's subject (row-level security) and return it; 404 when there is none."""
    if not grant.subject:
        raise problems.NOT_FOUND()
    await visible_to_subject(session, grant.subject)
    return grant.subject


async def visible_to_subject(session: AsyncSession, subject: str) -> None:
    """Narrow the transaction to one person, whom the gateway named without a call."""
    await session.execute(_SUBJECT, {"subject": subject})


async def visible_to_platform(session: AsyncSession) -> None:
    """For the exchange between regions, where the gateway names a request and never a person."""
    await session.execute(_PLATFORM)


async def lock(session: AsyncSession, subject: str) -> None:
    """One write of a person at a time, until the transaction ends."""
    await session.execute(_LOCK, {"subject": subject})
