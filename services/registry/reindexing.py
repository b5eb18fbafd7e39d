"""Indexes leave an older key beside the requests, person by person, until none is left."""

import asyncio
from collections.abc import Sequence

import structlog

from services.registry import sealing
from services.registry.commands import reindexing as commands
from services.registry.queries import reach
from services.registry.queries import reindexing as queries
from shared.background import rounds
from shared.problems import Problem
from shared.runtime import Runtime
from shared.seals import name_of

EVERY = 30.0  # seconds between rounds
BATCH = 50  # people between two pauses
PAUSE = 0.5  # seconds, so that most of what the door lets through is for those who ask

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Go round, until cancelled."""
    await rounds(EVERY, lambda: leave_older(runtime))


async def leave_older(runtime: Runtime) -> None:
    """One round; who is being written, or does not open, waits for the next."""
    for older in await left(runtime):
        after = ""
        while people := await _next(runtime, older, after):
            for subject in people:
                await _one(runtime, subject)
            log.info("reindexed", rows=len(people))
            after = people[-1]
            await asyncio.sleep(PAUSE)
    await left(runtime)


async def left(runtime: Runtime) -> Sequence[str]:
    """The names of the older keys by whose indexes somebody is found; the metric tells how many rows."""
    async with runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        rows = await queries.older(session, name_of(runtime.index_keys[0]))
    runtime.telemetry.older.labels("index").set(rows.total())
    return list(rows)


async def _next(runtime: Runtime, older: str, after: str) -> Sequence[str]:
    async with runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        return await queries.subjects(session, older, after, BATCH)


async def _one(runtime: Runtime, subject: str) -> None:
    try:
        async with runtime.sessions() as session, session.begin():
            await reach.visible_to_platform(session)
            if await queries.is_free(session, subject):
                await commands.reindex(session, runtime, subject)
    except Problem as problem:
        if problem.kind is not sealing.GONE:
            raise
        log.warning("reindexing_skips", code=problem.kind.code)
