"""Who is to be erased, and what links them."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.erasure.tables import Erasing
from gateway.exchange.tables import Link


async def erased(session: AsyncSession) -> Sequence[Erasing]:
    """Whom every app has erased, each for one gateway alone."""
    done = select(Erasing).where(func.cardinality(Erasing.waits_for) == 0)
    return (await session.scalars(done.with_for_update(skip_locked=True))).all()


async def links(session: AsyncSession, records: Sequence[str]) -> Sequence[Link]:
    """What these ids link, locked."""
    return (await session.scalars(select(Link).where(col(Link.id).in_(records)).with_for_update())).all()
