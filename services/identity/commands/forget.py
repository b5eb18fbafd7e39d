"""What has run out is deleted: used assertions and proofs, sign-ins that led nowhere, what ended."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.background import rounds
from shared.runtime import Runtime

EVERY = 60.0  # seconds
_RUN_OUT = (
    text("DELETE FROM used_assertion WHERE expires_at < now() - interval '1 minute'"),
    text("DELETE FROM upstream_request WHERE expires_at < now()"),
    text("DELETE FROM challenge WHERE expires_at < now()"),
    text("DELETE FROM invitation WHERE expires_at < now()"),
    text("DELETE FROM one_time_code WHERE sent_at < now() - interval '1 day'"),
    text("DELETE FROM failure WHERE blocked_until < now() - interval '1 day'"),
    text("DELETE FROM authorization_request WHERE expires_at < now() - interval '1 hour'"),
    text("DELETE FROM refresh USING session WHERE session.id = refresh.session AND session.ends_at < now()"),
    text("UPDATE presence SET pin = NULL WHERE pin IS NOT NULL AND ends_at < now()"),
    text("DELETE FROM presence WHERE ends_at < now() - interval '1 day'"),
    text("DELETE FROM helper_invitation WHERE expires_at < now()"),
    text("DELETE FROM delegation WHERE ends_at < now() - interval '365 days'"),
    text("DELETE FROM session WHERE ends_at < now() - interval '1 day'"),
)


async def run(runtime: Runtime) -> None:
    """Forget for ever."""
    await rounds(EVERY, lambda: forget(runtime.engine))


async def forget(engine: AsyncEngine) -> None:
    """Delete what has run out."""
    async with engine.begin() as connection:
        for statement in _RUN_OUT:
            await connection.execute(statement)
