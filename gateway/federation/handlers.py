"""What the registry says happened that another region has to hear of."""

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.federation import commands
from shared.contracts.events import RecordRequestMade, RecordRequestReleased
from shared.inbox import Handlers


async def made(session: AsyncSession, event: RecordRequestMade) -> None:
    """A person asked another region for her record."""
    await commands.take_up(session, "request", event)


async def released(session: AsyncSession, event: RecordRequestReleased) -> None:
    """A person confirmed here that her record may go."""
    await commands.take_up(session, "answer", event)


HANDLERS: Handlers = {RecordRequestMade: made, RecordRequestReleased: released}
