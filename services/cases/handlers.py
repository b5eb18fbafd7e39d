"""Facts of others that mediation reacts to: which committees there are."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases import commands
from shared.contracts.events import OrganizationFact
from shared.inbox import Handlers


async def organization(session: AsyncSession, event: OrganizationFact) -> None:
    """Keep the mediation committees; forget an organisation that is one no longer, or may not act."""
    await commands.keep_committee(session, event)


HANDLERS: Handlers = {**dict.fromkeys(OrganizationFact.__subclasses__(), organization)}
