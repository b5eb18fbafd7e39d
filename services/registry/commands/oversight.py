"""Data protection officers write assessments and incidents down, and what was done about them."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.queries import oversight as queries
from services.registry.queries import reach
from services.registry.rules import oversight as rules
from services.registry.schemas.oversight import AssessmentIn, IncidentIn
from services.registry.tables import ImpactAssessment, Incident, now
from shared import ids, requests
from shared.contracts import clock, vocabulary
from shared.grants import Grant
from shared.settings import Settings


@dataclass(frozen=True)
class Act:
    """One call of an officer about one thing, over the version that was read."""

    session: AsyncSession
    grant: Grant
    thing: uuid.UUID
    if_match: str | None


async def assess(session: AsyncSession, settings: Settings, grant: Grant, body: AssessmentIn) -> ImpactAssessment:
    """Write an assessment of one purpose. Raises `assessment-purpose-unknown`."""
    if body.purpose not in vocabulary.load(settings.vocabulary_key).purposes:
        raise rules.PURPOSE_UNKNOWN()
    row = ImpactAssessment(
        **body.model_dump(),
        id=ids.new(),
        organization=grant.actor.organisation,
        state=rules.ASSESSMENT.initial,
        written_by=grant.actor.id,
    )
    session.add(row)
    return row


async def approve(act: Act) -> ImpactAssessment:
    """Another officer lets it into force, in the place of the one before; it is looked at again within a year."""
    await reach.lock(act.session, act.grant.actor.organisation)
    row = await queries.assessment(act.session, act.grant, act.thing)
    rules.check_approver(row.written_by, act.grant.actor.id)
    earlier = (await queries.in_force(act.session, row.organization)).get(row.purpose)
    _move(act, row, "approve")
    if earlier is not None:
        earlier.state = rules.ASSESSMENT.after(earlier.state, "supersede")
    row.approved_by, row.approved_at = act.grant.actor.id, now()
    row.review_on = clock.day_of(now()) + rules.REVIEW_AFTER
    return row


async def withdraw(act: Act) -> ImpactAssessment:
    """Take a draft back."""
    row = await queries.assessment(act.session, act.grant, act.thing)
    _move(act, row, "withdraw")
    return row


def _move(act: Act, row: ImpactAssessment, verb: str) -> None:
    requests.if_match(act.if_match, row.version)
    row.state = rules.ASSESSMENT.after(row.state, verb)
    row.version += 1


async def write_down(session: AsyncSession, grant: Grant, body: IncidentIn) -> Incident:
    """Begin the clocks of an incident. Raises `incident-period`."""
    rules.check_period(body.begins_at, body.ends_at, now())
    rules.check_found(body.begins_at, body.found_at, now())
    row = Incident(
        **body.model_dump(exclude={"kinds"}),
        kinds=list(body.kinds),
        id=ids.new(),
        organization=grant.actor.organisation,
        report_due_at=rules.report_due(body.grade, body.found_at),
        tell_due_at=rules.tell_due(body.found_at),
        written_by=grant.actor.id,
    )
    session.add(row)
    return row


async def report(act: Act) -> Incident:
    """The authority knows."""
    row = await _open(act)
    if row.reported_at is not None:
        raise rules.DONE_BEFORE()
    row.reported_at = now()
    return row


async def tell(act: Act) -> Incident:
    """From now on everybody concerned reads it."""
    row = await _open(act)
    if row.told_at is not None:
        raise rules.DONE_BEFORE()
    row.told_at = now()
    return row


async def close(act: Act, harmless_because: str | None) -> Incident:
    """Nothing is left to do. Raises `incident-not-done`."""
    row = await _open(act)
    rules.check_closing(row.report_due_at, row.reported_at is not None, row.told_at is not None, bool(harmless_because))
    row.closed_at, row.harmless_because = now(), harmless_because
    return row


async def _open(act: Act) -> Incident:
    row = await queries.incident(act.session, act.grant, act.thing)
    requests.if_match(act.if_match, row.version)
    if row.closed_at is not None:
        raise rules.CLOSED()
    row.version += 1
    return row
