"""Intents that no outcome followed, because their gateway died: closed as unknown, so that nothing stays open."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.audit import queries
from gateway.audit.commands import Log
from gateway.audit.rules.entries import Actor, Agreement, Entry, Outcome, Phase
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 30.0  # seconds between looks
LATE = timedelta(seconds=60)  # no call lasts that long
WINDOW = 20_000  # newest entries that are looked through

_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('audit.sweep'))")


async def run(runtime: Runtime, written: Log) -> None:
    """Sweep for ever; of several gateways one at a time."""
    await rounds(EVERY, lambda: sweep(runtime.engine, written, datetime.now(UTC) - LATE))


async def sweep(engine: AsyncEngine, written: Log, before: datetime) -> int:
    """Close what was intended before `before` and never ended; returns how many. Whether it was done is not known."""
    async with engine.begin() as connection:
        if not await connection.scalar(_ALONE):
            return 0
        edge = await queries.head(connection)
        bodies = await queries.orphans(connection, max(0, edge.size - WINDOW), before)
        intents = [body for body in map(json.loads, bodies) if body["verdict"] == "permit"]
        for body in intents:
            await written.append(_outcome(body))
    return len(intents)


def _outcome(read: dict[str, Any]) -> Entry:
    """The outcome of an intent, read back from what the log holds; whom it was about only her key tells."""
    agreement = read["agreement"]
    return Entry(
        decision=read["decision"],
        phase=Phase.OUTCOME,
        kind=read["kind"],
        actor=Actor(**read["actor"]),
        operation=read["operation"],
        permitted=True,
        service=read["service"],
        purpose=read["purpose"],
        basis=read["basis"],
        agreement=Agreement(**agreement) if agreement else None,
        asked=tuple(read["fields"]["asked"]),
        allowed=tuple(read["fields"]["allowed"]),
        outcome=Outcome.UNKNOWN,
    )
