"""Tells both parties of an agreement that one of its clocks soon runs out, once for each clock and step."""

import asyncio
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.agreements import queries as versions
from gateway.agreements.steps import Step
from gateway.agreements.tables import AgreementVersion
from gateway.lifecycle import commands, queries
from gateway.lifecycle.rules import clocks
from shared.runtime import Runtime

EVERY = 60.0  # seconds

log = structlog.get_logger()


async def run(runtime: Runtime) -> None:
    """Look again each minute."""
    while True:
        try:
            await once(runtime, datetime.now(UTC))
        except (SQLAlchemyError, OSError) as error:
            log.error("agreements_not_reminded", reason=type(error).__name__)
        await asyncio.sleep(EVERY)


async def once(runtime: Runtime, now: datetime) -> None:
    """Tell of every clock that soon runs out or did."""
    async with runtime.sessions() as session:
        watched = await queries.watched(session)
    for row, done in watched:
        await _tell(runtime, row, done, now)


async def _tell(runtime: Runtime, row: AgreementVersion, done: list[Step], now: datetime) -> None:
    try:
        agreement = versions.agreement(row)
        told = [clock for clock in clocks.running(agreement, done) if clocks.is_told(clock, now)]
        async with runtime.sessions() as session, session.begin():
            for clock in told:
                await commands.remind(session, agreement, clock, now)
    except Exception as error:  # whatever is wrong with one version keeps no other's clocks from being told
        log.error("agreement_not_reminded", detail=f"{row.id} version {row.version}", reason=type(error).__name__)
