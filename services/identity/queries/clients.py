"""Every SELECT about system clients."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.tables import Client, Organization


async def active(session: AsyncSession, client_id: str) -> Client | None:
    """A client that may act."""
    found = await session.scalars(select(Client).where(Client.id == client_id, Client.state == "active"))
    return found.first()


async def locked(session: AsyncSession, client_id: str) -> Client | None:
    """A client in any state, locked for a change."""
    found = await session.scalars(select(Client).where(Client.id == client_id).with_for_update())
    return found.first()


async def organization_name(session: AsyncSession, client_id: str) -> str:
    """What the organisation of a client is called."""
    statement = select(Organization.name).join(Client, col(Client.organization) == col(Organization.id))
    return (await session.scalars(statement.where(Client.id == client_id))).one()
