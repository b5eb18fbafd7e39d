"""Tells the parties of an agreement that one of its clocks soon runs out, once for each clock and step."""

from datetime import UTC, datetime

import structlog

from gateway.agreements import queries as versions
from gateway.agreements.rules import Agreement
from gateway.agreements.steps import Step
from gateway.agreements.tables import AgreementVersion
from gateway.lifecycle import commands, queries
from gateway.lifecycle.rules import clocks
from gateway.lifecycle.rules.clocks import Clock
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 60.0  # seconds

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Look again each minute."""
    await rounds(EVERY, lambda: once(runtime, datetime.now(UTC)))


async def once(runtime: Runtime, now: datetime) -> None:
    """Tell of every clock that soon runs out or did."""
    async with runtime.sessions() as session, session.begin():
        told = await queries.told(session)
        due = [each for version in await queries.watched(session) for each in _due(*version, now)]
        news = [(agreement, clock) for agreement, clock in due if _key(agreement, clock) not in told]
        await commands.remind(session, runtime.settings.region, news, now)


def _due(row: AgreementVersion, goes_on: bool, done: list[Step], now: datetime) -> list[tuple[Agreement, Clock]]:
    try:
        agreement = versions.agreement(row)
        running = clocks.running(agreement, done, goes_on)
        return [(agreement, clock) for clock in running if clocks.is_told(clock, now)]
    except Exception as error:  # whatever is wrong with one version keeps no other's clocks from being told
        log.error("agreement_not_reminded", detail=f"{row.id} version {row.version}", reason=type(error).__name__)
        return []


def _key(agreement: Agreement, clock: Clock) -> tuple[str, int, str, datetime, bool]:
    return agreement.agreement_id, agreement.version, clock.kind, clock.since, clock.due is not None
