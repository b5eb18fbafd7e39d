"""Assessments and incidents as they are written, kept and told."""

import datetime
import uuid
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from services.registry.rules.oversight import Grade
from services.registry.schemas.common import READABLE, Body
from shared.contracts.events import Code, FieldName, Id


def _of_these_times(moment: datetime.datetime) -> datetime.datetime:
    """What another zone or a clock that waits would carry beyond the calendar is no moment."""
    if not 2000 <= moment.year <= 2200:
        raise ValueError("name a moment between 2000 and 2200")
    return moment


Prose = Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_of_these_times)]


class AssessmentIn(Body):
    """Necessity, what the processing may do to people, and what guards them (PIPL 56)."""

    purpose: Code
    necessity: Prose
    impact: Prose
    safeguards: Prose


class AssessmentOut(BaseModel):
    """An assessment; `overdue`: it should have been looked at again."""

    id: uuid.UUID
    purpose: str
    state: str
    necessity: str
    impact: str
    safeguards: str
    written_at: datetime.datetime
    approved_at: datetime.datetime | None
    review_on: datetime.date | None
    overdue: bool


class AssessmentsOut(BaseModel):
    """Assessments, newest first."""

    assessments: list[AssessmentOut]


class IncidentIn(Body):
    """What happened, to which kinds of fields, in which period, and what PIPL 57 wants people to be told."""

    grade: Grade
    kinds: Annotated[tuple[FieldName, ...], Field(min_length=1, max_length=60, strict=False)]
    cause: Prose
    harm: Prose
    measures: Prose
    advice: Prose
    ask_whom: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=READABLE)]
    agreement: Id | None = None
    begins_at: Moment
    ends_at: Moment
    found_at: Moment


class ClosingIn(Body):
    """Why no harm can come to people, where they were not told for that reason."""

    harmless_because: Prose | None = None


class IncidentToldOut(BaseModel):
    """An incident as those concerned read it: the three things that PIPL 57 names, and what they can do."""

    id: uuid.UUID
    kinds: list[str]
    cause: str
    harm: str
    measures: str
    advice: str
    ask_whom: str
    agreement: str | None
    begins_at: datetime.datetime
    ends_at: datetime.datetime
    told_at: datetime.datetime | None


class IncidentOut(IncidentToldOut):
    """An incident with its clocks."""

    grade: str
    found_at: datetime.datetime
    report_due_at: datetime.datetime | None
    reported_at: datetime.datetime | None
    tell_due_at: datetime.datetime
    closed_at: datetime.datetime | None
    harmless_because: str | None
    overdue: bool


class IncidentsOut(BaseModel):
    """Incidents, newest first."""

    incidents: list[IncidentOut]


class OwnIncidentsOut(BaseModel):
    """What happened to the person's own information, or may have, newest first."""

    incidents: list[IncidentToldOut]
