"""Messages to contacts leave here, after the transaction that made them; the same words for everybody."""

import asyncio
import json
import os
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.registry import sealing
from services.registry.commands import records as commands
from services.registry.queries import reach
from services.registry.queries import records as queries
from services.registry.schemas.records import MessageSealed
from services.registry.tables import now
from shared import problems
from shared.runtime import Runtime

PAUSE = 0.5  # seconds between looks

log = structlog.get_logger()


async def deliver(runtime: Runtime) -> None:
    """Match what peers asked for and send what waits, until cancelled."""
    while True:
        try:
            while await match_one(runtime) or await send_one(runtime):
                pass
        except (SQLAlchemyError, OSError, problems.Problem) as error:
            log.warning("messages_wait", reason=type(error).__name__)
        await asyncio.sleep(PAUSE)


async def match_one(runtime: Runtime) -> bool:
    """Match one request that came in; False when there was none."""
    async with runtime.sessions() as session, session.begin():
        request = await commands.match_next(session, runtime)
    if request is None:
        return False
    await commands.forget_claims(runtime, request)
    return True


async def send_one(runtime: Runtime) -> bool:
    """Send one message, at least once; False when none can be sent."""
    path = runtime.settings.messages_file
    if path is None:
        return False
    async with runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        row = await queries.next_message(session)
        if row is None:
            return False
        try:
            place = f"message.sealed/{row.id}"
            message = await sealing.unseal(runtime.vault, row.subject, place, row.sealed, MessageSealed)
            await asyncio.to_thread(_append, path, {"at": now().isoformat(), **message.model_dump()})
        except problems.Problem:
            log.warning("message_dropped", reason="key destroyed")
        await session.delete(row)
    return True


def _append(path: Path, line: dict[str, str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
