"""The tables of mediation. What people said, asked, are called and agreed stands only in sealed columns."""

import uuid
from datetime import UTC, date, datetime

from sqlalchemy import CheckConstraint, Column, DateTime, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.cases.rules import states
from shared import db, ids


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def _time(optional: bool = False) -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=optional)


def _sealed(optional: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=optional)


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Base(SQLModel, registry=db.new_registry()):
    """The base of this service's tables."""


class Committee(Base, table=True):
    """A people's mediation committee, as identity registered it."""

    __tablename__ = "committee"

    id: str = Field(primary_key=True)
    name: str
    district: str = Field(index=True)


class MediationCase(Base, table=True):
    """One dispute before one committee; `request` and `respondent` are sealed under the applicant's key."""

    __tablename__ = "mediation_case"
    __table_args__ = (_one_of("state", tuple(sorted(states.CASE.states()))),)

    id: uuid.UUID = Field(default_factory=ids.new, primary_key=True)
    committee: str = Field(index=True)
    dispute_type: str
    state: str = states.CASE.initial
    version: int = 1
    referral: uuid.UUID | None = None
    request: bytes = Field(sa_column=_sealed())
    respondent: bytes = Field(sa_column=_sealed())
    reason: str | None = None
    due: date | None = None
    applied_at: datetime = Field(default_factory=now, sa_column=_time())


class Party(Base, table=True):
    """A person who takes part, by the pairwise id that this service knows; `seal` only the gateway can open."""

    __tablename__ = "party"
    __table_args__ = (
        UniqueConstraint("case_id", "role"),
        UniqueConstraint("case_id", "person"),
        _one_of("role", states.ROLES),
    )

    id: uuid.UUID = Field(default_factory=ids.new, primary_key=True)
    case_id: uuid.UUID = Field(foreign_key="mediation_case.id")
    role: str
    person: uuid.UUID = Field(index=True)
    seal: str
    contact: bytes | None = Field(default=None, sa_column=_sealed(optional=True))
    statement: bytes | None = Field(default=None, sa_column=_sealed(optional=True))
    joined_at: datetime = Field(default_factory=now, sa_column=_time())


class Invitation(Base, table=True):
    """A code sent to the other party: a keyed digest of it, once, for eight days."""

    __tablename__ = "invitation"

    id: uuid.UUID = Field(default_factory=ids.new, primary_key=True)
    case_id: uuid.UUID = Field(foreign_key="mediation_case.id", index=True)
    tag: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    expires_at: datetime = Field(sa_column=_time())
    used_at: datetime | None = Field(default=None, sa_column=_time(optional=True))


class Sitting(Base, table=True):
    """One mediation session and its joint record, sealed under the case's key; its mediator declared no interest."""

    __tablename__ = "session"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: uuid.UUID = Field(default_factory=ids.new, primary_key=True)
    case_id: uuid.UUID = Field(foreign_key="mediation_case.id")
    number: int
    mediator: str
    record: bytes | None = Field(default=None, sa_column=_sealed(optional=True))
    held_at: datetime = Field(default_factory=now, sa_column=_time())


class Agreement(Base, table=True):
    """One draft of the agreement, sealed under the case's key; the newest counts, and `hash` is what parties sign."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: uuid.UUID = Field(default_factory=ids.new, primary_key=True)
    case_id: uuid.UUID = Field(foreign_key="mediation_case.id")
    number: int
    hash: str
    document: bytes = Field(sa_column=_sealed())
    drafted_at: datetime = Field(default_factory=now, sa_column=_time())
    sealed_at: datetime | None = Field(default=None, sa_column=_time(optional=True))


class Term(Base, table=True):
    """One term's due date; its text is in the agreement's document."""

    __tablename__ = "term"

    agreement_id: uuid.UUID = Field(foreign_key="agreement.id", primary_key=True)
    number: int = Field(primary_key=True)
    due: date


class Report(Base, table=True):
    """What one party last said about one term."""

    __tablename__ = "report"
    __table_args__ = (_one_of("result", ("performed", "not_performed")), _one_of("role", states.ROLES))

    agreement_id: uuid.UUID = Field(foreign_key="agreement.id", primary_key=True)
    number: int = Field(primary_key=True)
    role: str = Field(primary_key=True)
    result: str
    at: datetime = Field(default_factory=now, sa_column=_time())


class Signature(Base, table=True):
    """A party signed the text with this digest: the notice of rights, or one draft of the agreement."""

    __tablename__ = "signature"
    __table_args__ = (_one_of("role", states.ROLES),)

    case_id: uuid.UUID = Field(foreign_key="mediation_case.id", primary_key=True)
    hash: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    at: datetime = Field(default_factory=now, sa_column=_time())


class FollowUp(Base, table=True):
    """What the mediator found when following up (People's Mediation Law 31); the note is under the case's key."""

    __tablename__ = "follow_up"

    id: uuid.UUID = Field(default_factory=ids.new, primary_key=True)
    case_id: uuid.UUID = Field(foreign_key="mediation_case.id", index=True)
    result: str
    note: bytes | None = Field(default=None, sa_column=_sealed(optional=True))
    at: datetime = Field(default_factory=now, sa_column=_time())


class History(Base, table=True):
    """Every move of a case, never changed afterwards (a trigger holds it); `by` is a role or a mediator's staff id."""

    __tablename__ = "history"

    case_id: uuid.UUID = Field(foreign_key="mediation_case.id", primary_key=True)
    version: int = Field(primary_key=True)
    verb: str
    before: str
    after: str
    by: str
    at: datetime = Field(default_factory=now, sa_column=_time())
