"""What happens when nobody does anything: referrals end by themselves, and due dates follow the calendar."""

from datetime import UTC, datetime
from typing import Final

import structlog

from services.referrals import queries
from services.referrals.commands import moves
from services.referrals.rules import clocks
from shared.background import rounds
from shared.runtime import Runtime

SWEEP_EVERY: Final = 30.0  # seconds

log = structlog.get_logger()


async def keep(runtime: Runtime) -> None:
    """Sweep until cancelled."""

    async def once() -> None:
        while await sweep(runtime, datetime.now(UTC)):
            pass
        await reckon(runtime)

    await rounds(SWEEP_EVERY, once)


async def sweep(runtime: Runtime, now: datetime) -> int:
    """End one batch of referrals whose time is over at `now`; returns how many."""
    async with runtime.sessions() as session, session.begin():
        over = await queries.run_out(session, now)
        for referral in over:
            end = clocks.ENDS[referral.state]
            await moves.apply(session, referral, moves.Step(end.verb, "clock", now, end.reason))
    if over:
        log.info("referrals_ended_by_clock", rows=len(over))
        runtime.wake_relay()
    return len(over)


async def reckon(runtime: Runtime) -> None:
    """Fill in due dates that waited for a calendar year."""
    async with runtime.sessions() as session, session.begin():
        waiting = await queries.without_due(session)
        for referral in waiting:
            moves.reckon(referral)
            session.add(referral)
    if any(referral.due_at is None for referral in waiting):
        log.warning("calendar_year_missing", rows=len(waiting))
