"""Assessments and incidents of an office; and the incidents that concern one person."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from services.registry.queries import consents
from services.registry.rules import oversight as rules
from services.registry.schemas import oversight as schemas
from services.registry.tables import Consent, ImpactAssessment, Incident, now
from shared import problems
from shared.contracts import clock
from shared.grants import Grant
from shared.vault import Vault

MOST = 200  # lines of a list


async def assessments(session: AsyncSession, organization: str) -> Sequence[ImpactAssessment]:
    """An office's assessments, newest first."""
    query = select(ImpactAssessment).where(ImpactAssessment.organization == organization)
    return (await session.scalars(query.order_by(col(ImpactAssessment.id).desc()).limit(MOST))).all()


async def assessment(session: AsyncSession, grant: Grant, assessment_id: uuid.UUID) -> ImpactAssessment:
    """One of the caller's office, locked; 404 otherwise."""
    own = ImpactAssessment.organization == grant.actor.organisation
    query = select(ImpactAssessment).where(own, ImpactAssessment.id == assessment_id)
    row = (await session.scalars(query.with_for_update())).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def in_force(session: AsyncSession, organization: str) -> dict[str, ImpactAssessment]:
    """The office's assessment in force of each purpose."""
    own = ImpactAssessment.organization == organization
    found = await session.scalars(select(ImpactAssessment).where(own, ImpactAssessment.state == "approved"))
    return {row.purpose: row for row in found.all()}


async def assessed(session: AsyncSession) -> dict[str, ImpactAssessment]:
    """The newest assessment in force of each purpose, whichever office made it."""
    query = select(ImpactAssessment).where(ImpactAssessment.state == "approved")
    found = await session.scalars(query.order_by(col(ImpactAssessment.approved_at)))
    return {row.purpose: row for row in found.all()}


async def incidents(session: AsyncSession, organization: str) -> Sequence[Incident]:
    """An office's incidents, newest first."""
    query = select(Incident).where(Incident.organization == organization)
    return (await session.scalars(query.order_by(col(Incident.id).desc()).limit(MOST))).all()


async def incident(session: AsyncSession, grant: Grant, incident_id: uuid.UUID) -> Incident:
    """One of the caller's office, locked; 404 otherwise."""
    own = Incident.organization == grant.actor.organisation
    row = (await session.scalars(select(Incident).where(own, Incident.id == incident_id).with_for_update())).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def concerning(session: AsyncSession, vault: Vault, subject: str) -> list[Incident]:
    """What people were told of that concerns her: all of the region's, and those under an agreement that a consent of
    hers covered at that time."""
    rows = (await session.scalars(select(Consent).where(Consent.subject == subject))).all()
    covered = [(row, await consents.opened(vault, row)) for row in rows]
    named = {decided.agreement for _, decided in covered if decided.decision == "given"}
    query = select(Incident).where(col(Incident.told_at).is_not(None))
    query = query.where(or_(col(Incident.agreement).is_(None), col(Incident.agreement).in_(named)))
    found = (await session.scalars(query.order_by(col(Incident.id).desc()).limit(MOST))).all()
    spans = [(decided.agreement, *_span(row, decided.withdrawn_at)) for row, decided in covered]
    return [row for row in found if row.agreement is None or _within(row, spans)]


def _span(row: Consent, withdrawn_at: datetime | None) -> tuple[datetime, datetime]:
    return row.decided_at, withdrawn_at or clock.end_of(row.expires_on)


def _within(row: Incident, spans: list[tuple[str, datetime, datetime]]) -> bool:
    return any(
        agreement == row.agreement and begins <= row.ends_at and row.begins_at <= ends
        for agreement, begins, ends in spans
    )


def shown_assessment(row: ImpactAssessment) -> schemas.AssessmentOut:
    """An assessment, and whether its review is due."""
    late = row.state == "approved" and row.review_on is not None and clock.day_of(now()) > row.review_on
    return schemas.AssessmentOut(**row.model_dump(), overdue=late)


def shown_incident(row: Incident) -> schemas.IncidentOut:
    """An incident, and whether somebody should have been told by now."""
    waits = ((row.report_due_at, row.reported_at), (row.tell_due_at, row.told_at or row.closed_at))
    return schemas.IncidentOut(**row.model_dump(), overdue=rules.overdue(waits, now()))
