"""What has run out is deleted: used proofs, counted calls, revocations of ended tokens, withdrawals known as facts."""

import asyncio

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.runtime import Runtime

EVERY = 60.0  # seconds
_RUN_OUT = (
    text("DELETE FROM used_proof WHERE expires_at < now() - interval '1 minute'"),
    text("DELETE FROM revocation WHERE until < now() - interval '1 minute'"),
    text(
        "DELETE FROM withdrawal USING consent"
        " WHERE forwarded AND consent.id = withdrawal.consent AND consent.state IN ('withdrawn', 'refused')"
    ),
    text("DELETE FROM quota WHERE starts_at < now() - interval '2 days'"),
    text("DELETE FROM quota_referral WHERE day < current_date - 2"),
)

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Forget for ever."""
    while True:
        try:
            await forget(runtime.engine)
        except (SQLAlchemyError, OSError) as error:
            log.warning("forgetting_waits", reason=type(error).__name__)
        await asyncio.sleep(EVERY)


async def forget(engine: AsyncEngine) -> None:
    """Delete what has run out."""
    async with engine.begin() as connection:
        for statement in _RUN_OUT:
            await connection.execute(statement)
