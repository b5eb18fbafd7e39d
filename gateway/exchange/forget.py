"""What has run out is deleted: used proofs, counted calls, revocations of ended tokens, withdrawals known as facts."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.background import rounds
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


async def run(runtime: Runtime) -> None:
    """Forget for ever."""
    await rounds(EVERY, lambda: forget(runtime.engine))


async def forget(engine: AsyncEngine) -> None:
    """Delete what has run out."""
    async with engine.begin() as connection:
        for statement in _RUN_OUT:
            await connection.execute(statement)
