"""Who is to be erased, and what links them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.erasure.tables import Erasing
from gateway.exchange.tables import Link


async def erased(session: AsyncSession) -> Sequence[str]:
    """The requests that every app has carried out."""
    return (await session.scalars(select(Erasing.request).where(_done()))).all()


async def to_finish(session: AsyncSession, request: str) -> Erasing | None:
    """One of these for this gateway alone; nothing where another one finishes it or did."""
    found = select(Erasing).where(Erasing.request == request, _done())
    return (await session.scalars(found.with_for_update(skip_locked=True))).first()


def _done() -> ColumnElement[bool]:
    return func.cardinality(Erasing.waits_for) == 0


async def links(session: AsyncSession, records: Sequence[str]) -> Sequence[Link]:
    """What these ids link, locked."""
    return (await session.scalars(select(Link).where(col(Link.id).in_(records)).with_for_update())).all()
