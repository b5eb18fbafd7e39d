"""What the apps say they have erased."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import events
from shared.inbox import Handlers

_ERASED = text("""
UPDATE erasing SET waits_for = array_remove(waits_for, :app), records = records || CAST(:records AS text[])
WHERE request = :request
""")


async def erased(session: AsyncSession, event: events.ErasureDone) -> None:
    """One app has erased a person; what it knew of her by these ids is unlinked when all have."""
    app = event.subject.partition(".")[0]
    await session.execute(_ERASED, {"request": event.request, "app": app, "records": list(event.records)})


HANDLERS: Handlers = dict.fromkeys(events.ErasureDone.__subclasses__(), erased)
