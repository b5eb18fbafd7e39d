"""Every SELECT about system clients."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from services.identity.tables import Client


async def active(session: AsyncSession, client_id: str) -> Client | None:
    """A client that may act."""
    found = await session.scalars(select(Client).where(Client.id == client_id, Client.state == "active"))
    return found.first()


async def locked(session: AsyncSession, client_id: str) -> Client | None:
    """A client in any state, locked for a change."""
    found = await session.scalars(select(Client).where(Client.id == client_id).with_for_update())
    return found.first()
