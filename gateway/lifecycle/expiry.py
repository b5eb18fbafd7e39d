"""Ends agreements whose time is over; the decision refuses them from that moment in any case."""

from datetime import UTC, datetime

import structlog

from gateway.lifecycle import commands, queries
from shared import db
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 60.0  # seconds

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Look again each minute."""
    await rounds(EVERY, lambda: once(runtime, datetime.now(UTC)))


async def once(runtime: Runtime, now: datetime) -> None:
    """End what is over, each version by itself, and tell the other apps."""
    async with runtime.sessions() as session:
        over = await queries.run_out(session, now)
    for agreement, version in over:
        await _end(runtime, agreement, version, now)
    if over:
        runtime.wake_relay()


async def _end(runtime: Runtime, agreement: str, version: int, now: datetime) -> None:
    try:
        async with runtime.sessions() as session, session.begin():
            await commands.expire(session, agreement, version, now)
    except Exception as error:  # whatever is wrong with one version keeps no other from its end
        if db.is_away(error):
            raise
        log.error("agreement_not_expired", detail=f"{agreement} version {version}", reason=type(error).__name__)
