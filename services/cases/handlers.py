"""Facts of others that mediation reacts to: which committees there are."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases import commands
from shared.contracts.events import OrganizationRegistered
from shared.inbox import Handlers


async def organization_registered(session: AsyncSession, event: OrganizationRegistered) -> None:
    """Keep the mediation committees; forget an organisation that is one no longer."""
    await commands.keep_committee(session, event)


HANDLERS: Handlers = {OrganizationRegistered: organization_registered}
