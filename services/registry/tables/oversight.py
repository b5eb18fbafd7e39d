"""Assessments and incidents: written by data protection officers, about processing and never about a person."""

import uuid
from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from services.registry.tables.columns import Base, moment, now, texts


class ImpactAssessment(Base, table=True):
    """Why one purpose is served so, what it may do to people, and what guards them (PIPL 55, 56). Never deleted."""

    __tablename__ = "impact_assessment"
    __table_args__ = (
        Index(
            "impact_assessment_in_force",
            *("organization", "purpose"),
            unique=True,
            postgresql_where=text("state = 'approved'"),
        ),
    )

    id: uuid.UUID = Field(primary_key=True)
    organization: str
    purpose: str
    state: str
    necessity: str
    impact: str
    safeguards: str
    written_by: str
    written_at: datetime = Field(default_factory=now, sa_column=moment())
    approved_by: str | None = None
    approved_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    review_on: date | None = None
    version: int = 1


class Incident(Base, table=True):
    """Something happened to personal information, or may have (PIPL 57): what, its harm, what was done. Never deleted.

    `agreement`: exchanges under it are concerned; without one everything of this region is.
    """

    __tablename__ = "incident"

    id: uuid.UUID = Field(primary_key=True)
    organization: str = Field(index=True)
    grade: str
    kinds: list[str] = Field(sa_column=texts())
    cause: str
    harm: str
    measures: str
    advice: str
    ask_whom: str
    agreement: str | None
    begins_at: datetime = Field(sa_column=moment())
    ends_at: datetime = Field(sa_column=moment())
    found_at: datetime = Field(sa_column=moment())
    report_due_at: datetime | None = Field(sa_column=moment(optional=True))
    reported_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    tell_due_at: datetime = Field(sa_column=moment())
    told_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    closed_at: datetime | None = Field(default=None, sa_column=moment(optional=True))
    harmless_because: str | None = None
    written_by: str
    version: int = 1
