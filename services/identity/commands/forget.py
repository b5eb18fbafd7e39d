"""What has run out is deleted: assertions and proofs that were used."""

import asyncio

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.runtime import Runtime

EVERY = 60.0  # seconds
_RUN_OUT = (text("DELETE FROM used_assertion WHERE expires_at < now() - interval '1 minute'"),)

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Forget for ever."""
    while True:
        try:
            async with runtime.engine.begin() as connection:
                for statement in _RUN_OUT:
                    await connection.execute(statement)
        except (SQLAlchemyError, OSError) as error:
            log.warning("forgetting_waits", reason=type(error).__name__)
        await asyncio.sleep(EVERY)
