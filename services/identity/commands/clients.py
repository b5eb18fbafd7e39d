"""System clients: revoked by an administrator of their own organisation."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.queries import clients
from services.identity.rules.clients import CLIENT
from services.identity.tables import Client
from shared import outbox, problems
from shared.contracts.events import ClientRevoked
from shared.grants import Grant


async def revoke(session: AsyncSession, grant: Grant, client_id: str) -> Client:
    """Revoke a client's key for good; an administrator does it within the own organisation."""
    client = await clients.locked(session, client_id)
    if client is None or client.organization != grant.actor.organisation:
        raise problems.NOT_FOUND()
    if client.state == CLIENT.initial:
        client.state = CLIENT.after(client.state, "revoke")
        session.add(client)
        await outbox.emit(session, client.id, ClientRevoked(client=client.id, organization=client.organization))
    return client
