"""The signatures of agreements, and who was told of which clock; nothing in here is ever changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from gateway.tables import Base


class AgreementSignature(Base, table=True):
    """A side's detached JWS over its offer of the version, and the public key it was made with; `by` is whose that is.

    `round` is the offer that it was given to, counted from 1: what is offered again is signed again. `signed` is the
    text that it was made over.
    """

    __tablename__ = "agreement_signature"
    __table_args__ = (
        CheckConstraint("side IN ('provider', 'consumer')", name="side_known"),
        CheckConstraint("by IN ('organisation', 'region')", name="by_known"),
        ForeignKeyConstraint(["agreement", "version"], ["agreement.id", "agreement.version"]),
    )

    agreement: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    side: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    by: str
    signed: str
    jws: str
    jwk: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class AgreementReminder(Base, table=True):
    """An organisation was told that a clock soon runs out; `since` is when the step was that set it.

    Who heard of it before its last day was known hears of it again.
    """

    __tablename__ = "agreement_reminder"
    __table_args__ = (
        CheckConstraint("side IN ('provider', 'consumer')", name="side_known"),
        ForeignKeyConstraint(["agreement", "version"], ["agreement.id", "agreement.version"]),
        Index("agreement_reminder_of", "organisation", "at"),
    )

    agreement: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    organisation: str = Field(primary_key=True)
    known: bool = Field(primary_key=True)
    article: str
    side: str
    due: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
