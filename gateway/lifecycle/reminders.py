"""Tells the parties of an agreement that one of its clocks soon runs out, once for each clock and step."""

from datetime import UTC, datetime

from gateway.agreements.rules import Outline
from gateway.lifecycle import commands, queries, views
from gateway.lifecycle.rules.clocks import Clock
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 60.0  # seconds


async def run(runtime: Runtime) -> None:
    """Look again each minute."""
    await rounds(EVERY, lambda: once(runtime, datetime.now(UTC)))


async def once(runtime: Runtime, now: datetime) -> None:
    """Tell of every clock that soon runs out or did."""
    async with runtime.sessions() as session, session.begin():
        told = await queries.told(session)
        due = await views.due(session, now)
        news = [(agreement, clock) for agreement, clock in due if _key(agreement, clock) not in told]
        await commands.remind(session, runtime.settings.region, news, now)


def _key(agreement: Outline, clock: Clock) -> tuple[str, int, str, datetime, bool]:
    return agreement.agreement_id, agreement.version, clock.kind, clock.since, clock.due is not None
