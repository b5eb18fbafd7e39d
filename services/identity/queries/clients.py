"""Every SELECT about system clients and their keys."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.queries.organizations import reached
from services.identity.rules.clients import CLIENT_CREDENTIALS, PROVES
from services.identity.tables import Client, ClientKey, Organization


async def active(session: AsyncSession, client_id: str) -> Client | None:
    """A client that may act, for an organisation that may."""
    statement = select(Client).join(Organization, col(Client.organization) == col(Organization.id))
    statement = statement.where(Client.id == client_id, Client.state == "active", Organization.state == "active")
    return (await session.scalars(statement)).first()


async def locked(session: AsyncSession, client_id: str) -> Client | None:
    """A client in any state, locked for a change."""
    found = await session.scalars(select(Client).where(Client.id == client_id).with_for_update())
    return found.first()


async def exists(session: AsyncSession, client_id: str) -> bool:
    """Whether a client has this id, in any state."""
    return (await session.scalars(select(Client.id).where(Client.id == client_id))).first() is not None


async def visible(session: AsyncSession, own: str, after: str, limit: int) -> Sequence[Client]:
    """A page of an organisation's clients, and for a service centre of those below it, by id."""
    organizations = reached(own).with_only_columns(col(Organization.id))
    statement = select(Client).where(col(Client.organization).in_(organizations), Client.id > after)
    return (await session.scalars(statement.order_by(col(Client.id)).limit(limit))).all()


async def keys(session: AsyncSession, clients: Collection[str]) -> Sequence[ClientKey]:
    """The keys of these clients in any state, oldest first."""
    found = select(ClientKey).where(col(ClientKey.client).in_(clients))
    return (await session.scalars(found.order_by(col(ClientKey.since), col(ClientKey.id)))).all()


async def of_systems(session: AsyncSession, organization_id: str) -> Sequence[ClientKey]:
    """The keys that prove an organisation's own systems now, oldest first; none of one that may not act."""
    found = select(ClientKey).join(Client, col(ClientKey.client) == col(Client.id))
    found = found.join(Organization, col(Client.organization) == col(Organization.id))
    found = found.where(Organization.id == organization_id, Organization.state == "active", Client.state == "active")
    found = found.where(ClientKey.state == PROVES, col(Client.grants).contains([CLIENT_CREDENTIALS]))
    return (await session.scalars(found.order_by(col(ClientKey.since), col(ClientKey.id)))).all()


async def organization(session: AsyncSession, client_id: str) -> Organization:
    """Whose a client is."""
    statement = select(Organization).join(Client, col(Client.organization) == col(Organization.id))
    return (await session.scalars(statement.where(Client.id == client_id))).one()
