"""What was erased stays erased: orders are kept, and carried out again before an app opens, whatever backup came back.

An app's two databases each remember which orders they saw carried out. A database that was restored has forgotten the
latest ones; the stream, which is not restored with it, has not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus import Bus
from shared.contracts.envelope import Envelope, Event
from shared.door import evidence
from shared.runtime import Runtime

CarryOut = Callable[[Runtime, AsyncSession, Any], Awaitable[None]]

log = structlog.get_logger()

_KNOWN = text("SELECT request FROM erasure")
_CARRIED_OUT = text("INSERT INTO erasure (request) VALUES (:request) ON CONFLICT DO NOTHING")


@dataclass(frozen=True)
class Erasing:
    """By which event an app is told to erase somebody, and how it does so; it can be done twice."""

    order: type[Event]
    how: CarryOut

    async def carry_out(self, runtime: Runtime, session: AsyncSession, event: Any) -> None:
        """Erase, and remember that it was done; the session's transaction decides for this app's own database."""
        with evidence("erasure", event.request):
            await self.how(runtime, session, event)
        if runtime.settings.keys_database_url:
            await runtime.vault.remember(event.request)
        await session.execute(_CARRIED_OUT, {"request": event.request})


async def again(erasing: Erasing, runtime: Runtime, bus: Bus) -> None:
    """Carry out every order that one of the two databases knows nothing of. Raises BusError."""
    async with runtime.sessions() as session:
        known = set((await session.scalars(_KNOWN)).all())
    if runtime.settings.keys_database_url:
        known &= await runtime.vault.remembered()
    async for payload in bus.kept(erasing.order.subject):
        event = erasing.order.model_validate(Envelope.model_validate_json(payload).data)
        if event.request not in known:  # type: ignore[attr-defined]  # every order names its request
            async with runtime.sessions() as session, session.begin():
                await erasing.carry_out(runtime, session, event)
            log.warning("erased_again", app=runtime.settings.app)
