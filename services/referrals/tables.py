"""The tables of referrals: what others published, intakes, referrals, sealed answers, an append-only history."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.referrals.rules import states
from shared import db


class Base(SQLModel, registry=db.new_registry()):
    """The base of this service's tables."""


def _moment(nullable: bool = False) -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=nullable)


def _texts() -> Column[Any]:
    return Column(ARRAY(Text), nullable=False)


class Organisation(Base, table=True):
    """An organisation as identity registered it; only an active one is offered referrals."""

    __tablename__ = "organisation"

    id: str = Field(primary_key=True)
    name: str
    kind: str
    district: str
    state: str


class Service(Base, table=True):
    """A service as the registry published it: the fields it may ask and the time it has."""

    __tablename__ = "service"

    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    kind: str
    fields: list[str] = Field(sa_column=_texts())
    sla_days: int | None
    sla_unit: str | None


class Agreement(Base, table=True):
    """The newest version of a data-sharing agreement as the gateway activated or suspended it."""

    __tablename__ = "agreement"

    id: str = Field(primary_key=True)
    version: int
    active: bool
    provider: str
    consumer: str
    services: list[str] = Field(sa_column=_texts())
    purposes: list[str] = Field(sa_column=_texts())
    preview_fields: list[str] = Field(sa_column=_texts())
    fields: list[str] = Field(sa_column=_texts())
    sensitive: list[str] = Field(sa_column=_texts())
    consent_hash: str
    retention_days: int
    valid_from: datetime = Field(sa_column=_moment())
    valid_until: datetime = Field(sa_column=_moment())


class Intake(Base, table=True):
    """One conversation in which a person said what she needs; `told`: she had the notice of PIPL 17."""

    __tablename__ = "intake"

    id: uuid.UUID = Field(primary_key=True)
    person: str
    told: bool
    created_at: datetime = Field(sa_column=_moment())


class Referral(Base, table=True):
    """One need on its way to one recipient; terms, fields and agreement are those the person was shown."""

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in states.STATES)})", name="state_known"),
        Index("referral_person", "person", "id"),
        Index("referral_inbox", "recipient", "id", postgresql_where=text("requested_at IS NOT NULL")),
        Index("referral_ends_at", "ends_at", postgresql_where=text("ends_at IS NOT NULL")),
        Index("referral_due_open", "id", postgresql_where=text("due_at IS NULL AND due_days IS NOT NULL")),
    )

    id: uuid.UUID = Field(primary_key=True)
    intake: uuid.UUID = Field(foreign_key="intake.id")
    person: str
    dependant: uuid.UUID | None
    seal: str
    service: str = Field(foreign_key="service.code")
    provider: str
    recipient: str
    agreement: str
    agreement_version: int
    purpose: str
    consent_hash: str
    fields: list[str] = Field(sa_column=_texts())
    preview_fields: list[str] = Field(sa_column=_texts())
    sensitive: list[str] = Field(sa_column=_texts())
    retention_days: int
    sla_days: int | None
    sla_unit: str | None
    state: str
    version: int
    consent: str | None = None
    consent_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    reason: str | None = None
    outcome: str | None = None
    due_kind: str | None = None
    due_from: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    due_days: int | None = None
    due_unit: str | None = None
    due_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    ends_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    requested_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    created_at: datetime = Field(sa_column=_moment())
    changed_at: datetime = Field(sa_column=_moment())


class ReferralAnswers(Base, table=True):
    """What the person answered, one padded block sealed under her key."""

    __tablename__ = "referral_answers"

    referral: uuid.UUID = Field(primary_key=True, foreign_key="referral.id")
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReferralHistory(Base, table=True):
    """One line per step; a trigger lets nobody change or delete one."""

    __tablename__ = "referral_history"

    id: uuid.UUID = Field(primary_key=True)
    referral: uuid.UUID = Field(foreign_key="referral.id", index=True)
    verb: str
    from_state: str
    to_state: str
    party: str
    organisation: str | None = None
    reason: str | None = None
    at: datetime = Field(sa_column=_moment())


class PersonAnswer(Base, table=True):
    """Whether the person says that the outcome is true; apart from what the recipient says."""

    __tablename__ = "person_answer"

    referral: uuid.UUID = Field(primary_key=True, foreign_key="referral.id")
    answer: str
    at: datetime = Field(sa_column=_moment())


@dataclass(frozen=True)
class Mine:
    """One of the person's referrals with the names that she knows it by, and her own answer."""

    referral: Referral
    service: Service
    recipient_name: str
    answer: str | None
