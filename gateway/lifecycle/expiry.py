"""Ends agreements whose time is over; the decision refuses them from that moment in any case."""

import asyncio
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.lifecycle import commands
from shared.runtime import Runtime

EVERY = 60.0  # seconds

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Look again each minute."""
    while True:
        try:
            await once(runtime, datetime.now(UTC))
        except (SQLAlchemyError, OSError) as error:
            log.error("agreements_not_expired", reason=type(error).__name__)
        await asyncio.sleep(EVERY)


async def once(runtime: Runtime, now: datetime) -> None:
    """End what is over, and tell the other apps."""
    async with runtime.sessions() as session, session.begin():
        ended = await commands.expire(session, now)
    if ended:
        runtime.wake_relay()
