"""Every SELECT of the federation."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.federation.tables import Delivery, Received


async def received(session: AsyncSession, peer: str, key: str) -> Received | None:
    """What came in before under this key."""
    return await session.get(Received, (peer, key))


async def asked(session: AsyncSession, peer: str, request: str) -> Delivery | None:
    """The errand by which this region asked `peer`; an answer to nothing is nobody's."""
    found = select(Delivery).where(
        col(Delivery.peer) == peer, col(Delivery.request) == request, col(Delivery.kind) == "request"
    )
    return (await session.scalars(found)).first()


async def held(session: AsyncSession, delivery: object) -> Delivery | None:
    """An errand, locked; none when it went with its person."""
    return await session.get(Delivery, delivery, with_for_update=True)
