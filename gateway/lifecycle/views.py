"""What officers see of the life of agreements."""

from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.agreements import queries as versions
from gateway.agreements.rules import Outline
from gateway.agreements.tables import AgreementVersion
from gateway.lifecycle import queries
from gateway.lifecycle.commands import Act
from gateway.lifecycle.rules import clocks, signatures, steps
from gateway.lifecycle.rules.clocks import Clock
from gateway.lifecycle.schemas import (
    ClockOut,
    DueOut,
    LifeOut,
    OverdueOut,
    ReminderOut,
    RemindersOut,
    SignatureOut,
    StepOut,
)
from shared.problems import Problem

LAST: Final = datetime.max.replace(tzinfo=UTC)
log = structlog.get_logger()


async def life(act: Act, row: AgreementVersion) -> LifeOut:
    """One version with everything that was done with it; 403 for anybody but its parties, 404 until it was agreed."""
    agreement = versions.outline(row)
    done = await queries.steps(act.session, row.id, row.version)
    steps.side(agreement, act.region, act.organisation, steps.stranger(done))
    goes_on = await queries.goes_on(act.session, row)
    offer = steps.offer(done)
    signed = await queries.signatures(act.session, row.id, row.version, offer)
    return LifeOut(
        agreement=row.id,
        version=row.version,
        hash=row.hash,
        to_sign=signatures.to_sign(row.hash, offer or steps.offers(done) + 1),
        state=row.state,
        terms=row.body | {"state": row.state},
        steps=[StepOut.model_validate(each, from_attributes=True) for each in done],
        signatures=[SignatureOut(**each.model_dump(), **each.jwk) for each in signed],
        clocks=[ClockOut(**_told(each, act.now)) for each in clocks.running(agreement, done, goes_on)],
        dispute=steps.dispute_level(done),
        unreadable=_unreadable(row),
    )


async def overdue(session: AsyncSession, now: datetime) -> OverdueOut:
    """Every clock that is late or soon will be, earliest first."""
    found = [_due(agreement, clock, now) for agreement, clock in await due(session, now)]
    return OverdueOut(as_of=now, clocks=sorted(found, key=lambda each: each.due or LAST))


async def due(session: AsyncSession, now: datetime) -> list[tuple[Outline, Clock]]:
    """The clocks that are late or soon will be; whatever is wrong with one version keeps no other's from being told."""
    found: list[tuple[Outline, Clock]] = []
    for row, goes_on, done in await queries.watched(session):
        try:
            agreement = versions.outline(row)
            running = clocks.running(agreement, done, goes_on)
            found += [(agreement, clock) for clock in running if clocks.is_told(clock, now)]
        except Exception as error:
            log.error("agreement_not_reminded", detail=f"{row.id} version {row.version}", reason=type(error).__name__)
    return found


async def reminders(act: Act) -> RemindersOut:
    """What the own organisation was told of clocks."""
    told = await queries.reminders(act.session, act.organisation)
    return RemindersOut(reminders=[ReminderOut.model_validate(each, from_attributes=True) for each in told])


def _unreadable(row: AgreementVersion) -> dict[str, object] | None:
    try:
        versions.agreement(row)
    except Problem as problem:
        return problem.body()
    return None


def _due(agreement: Outline, clock: Clock, now: datetime) -> DueOut:
    party = agreement.provider if clock.side == "provider" else agreement.consumer
    whose = {"agreement": agreement.agreement_id, "version": agreement.version, "organisation": party.organisation}
    return DueOut(**_told(clock, now), **whose)


def _told(clock: Clock, now: datetime) -> dict[str, object]:
    told = {"kind": clock.kind, "article": clock.article, "side": clock.side, "due": clock.due}
    return told | {"overdue": clock.is_late(now)}
