"""What happens when a contract ends and nobody does anything: the social organisation is suspended."""

from typing import Final

import structlog

from services.identity.commands import organizations
from shared.background import rounds
from shared.runtime import Runtime

EVERY: Final = 3600.0  # seconds; a contract ends with a day, and an hour later at the latest this is known

log = structlog.get_logger()


async def keep(runtime: Runtime) -> None:
    """Look for ever."""
    await rounds(EVERY, lambda: sweep(runtime))


async def sweep(runtime: Runtime) -> None:
    """Suspend whoever has no contract in force today."""
    async with runtime.sessions() as session, session.begin():
        over = await organizations.suspend_out_of_contract(session)
    if over:
        log.info("organisations_out_of_contract", rows=over)
        runtime.wake_relay()
