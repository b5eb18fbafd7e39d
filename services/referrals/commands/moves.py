"""The one door through which a referral changes its state: table, clocks, history line and event in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.rules import clocks, states
from services.referrals.tables import Referral, ReferralHistory
from shared import ids, outbox
from shared.contracts import events
from shared.problems import Problem

EVENTS: Final[dict[str, type[events.ReferralFact]]] = {
    "ask": events.ReferralDrafted,
    "consent": events.ReferralRequested,
    "refuse": events.ReferralCancelled,
    "accept": events.ReferralAccepted,
    "reject": events.ReferralRejected,
    "start": events.ReferralStarted,
    "hold": events.ReferralHeld,
    "resume": events.ReferralResumed,
    "complete": events.ReferralCompleted,
    "fail": events.ReferralFailed,
    "cancel": events.ReferralCancelled,
    "revoke": events.ReferralRevoked,
    "confirm": events.ReferralConfirmed,
    "dispute": events.ReferralDisputed,
    "discard": events.ReferralCancelled,
    "lapse": events.ReferralCancelled,
    "expire": events.ReferralCancelled,
    "run_out": events.ReferralCancelled,
}


@dataclass(frozen=True)
class Step:
    """Who does what, when and why; `organisation` only where one acts."""

    verb: str
    party: states.Party
    at: datetime
    reason: str | None = None
    organisation: str | None = None


async def apply(session: AsyncSession, referral: Referral, step: Step) -> None:
    """Move a locked referral; 409 `state-conflict` when the table does not allow it."""
    before = referral.state
    referral.state = states.after(before, step.verb, step.party)
    referral.version += 1
    referral.changed_at = step.at
    referral.reason = step.reason
    wind(referral, step.at)
    session.add(referral)
    note(session, referral, before, step)
    await outbox.emit(session, referral.id, fact(step.verb, referral))


def wind(referral: Referral, at: datetime) -> None:
    """Set the clocks of the state that the referral is in since `at`."""
    clock = clocks.clock(referral.state, referral.sla_days, referral.sla_unit)
    referral.due_kind = clock.kind if clock else None
    referral.due_days = clock.days if clock else None
    referral.due_unit = clock.unit if clock else None
    referral.due_from = at if clock else None
    referral.due_at = None
    reckon(referral)
    referral.ends_at = clocks.ends(referral.state, at, referral.consent_until)


def reckon(referral: Referral) -> None:
    """Work out the due date; it stays empty, and is tried again, while the calendar does not know the year."""
    if referral.due_from is None or referral.due_days is None or referral.due_unit is None:
        return
    try:
        referral.due_at = clocks.due(referral.due_from, referral.due_days, referral.due_unit)
    except Problem as missing:
        if missing.kind is not clocks.CALENDAR_YEAR_MISSING:
            raise


def note(session: AsyncSession, referral: Referral, before: str, step: Step) -> None:
    """Add a line to the history."""
    line = ReferralHistory(
        id=ids.new(),
        referral=referral.id,
        verb=step.verb,
        from_state=before,
        to_state=referral.state,
        party=step.party,
        organisation=step.organisation,
        reason=step.reason,
        at=step.at,
    )
    session.add(line)


def fact(verb: str, referral: Referral) -> events.ReferralFact:
    """The event that tells the others: ids, codes and the seal."""
    return EVENTS[verb](
        referral=str(referral.id),
        service=referral.service,
        state=referral.state,
        provider=referral.provider,
        recipient=referral.recipient,
        agreement=referral.agreement,
        purpose=referral.purpose,
        consent=referral.consent,
        seal=referral.seal,
    )
