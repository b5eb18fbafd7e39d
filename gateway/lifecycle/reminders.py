"""Tells the parties of an agreement that one of its clocks soon runs out, once for each clock and step."""

from datetime import UTC, datetime

import structlog

from gateway.agreements.rules import Outline
from gateway.lifecycle import commands, queries, views
from gateway.lifecycle.rules.clocks import Clock
from shared import db
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 60.0  # seconds

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Look again each minute."""
    await rounds(EVERY, lambda: once(runtime, datetime.now(UTC)))


async def once(runtime: Runtime, now: datetime) -> None:
    """Tell of every clock that soon runs out or did, of each by itself."""
    async with runtime.sessions() as session:
        told = await queries.told(session)
        due = await views.due(session, now)
    for agreement, clock in due:
        if _key(agreement, clock) not in told:
            await _tell(runtime, agreement, clock, now)


async def _tell(runtime: Runtime, agreement: Outline, clock: Clock, now: datetime) -> None:
    try:
        async with runtime.sessions() as session, session.begin():
            await commands.remind(session, runtime.settings.region, agreement, clock, now)
    except Exception as error:  # whatever is wrong with one clock keeps no other from being told
        if db.is_away(error):
            raise
        which = f"{agreement.agreement_id} version {agreement.version}"
        log.error("agreement_not_reminded", detail=which, reason=type(error).__name__)


def _key(agreement: Outline, clock: Clock) -> tuple[str, int, str, datetime, bool]:
    return agreement.agreement_id, agreement.version, clock.kind, clock.since, clock.due is not None
