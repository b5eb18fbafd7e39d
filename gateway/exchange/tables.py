"""What the decision looks up: whom referrals and cases link, the consents, who is known; and what was counted."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from gateway.tables import Base


class Link(Base, table=True):
    """A referral or case, its parties, and the seals of those it is about.

    `accepted`: it was, through this gateway, and counts as such until the event of that or a later one has come.
    """

    __tablename__ = "link"

    id: str = Field(primary_key=True)
    type: str
    provider: str
    consumer: str
    service: str
    state: str
    accepted: bool = False
    consent: str | None
    seals: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class Consent(Base, table=True):
    """What is known of a consent; `withdrawn` is set here first and never taken back."""

    __tablename__ = "consent"

    id: str = Field(primary_key=True)
    state: str
    referral: str
    recipient: str
    purpose: str
    agreement: str
    consent_hash: str
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    separate: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    opens_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    expires_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    frozen: bool = False
    seal: str


class Withdrawal(Base, table=True):
    """A withdrawal that this gateway took; `forwarded` once the registry has it too."""

    __tablename__ = "withdrawal"
    __table_args__ = (Index("withdrawal_open", "at", postgresql_where=text("NOT forwarded")),)

    consent: str = Field(primary_key=True)
    seal: str
    forwarded: bool = False
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Party(Base, table=True):
    """An organisation as the decision needs it."""

    __tablename__ = "party"

    id: str = Field(primary_key=True)
    name: str
    kind: str
    state: str


class Revocation(Base, table=True):
    """Whose tokens are worthless: a client's, a session's, or one token itself; kept until they would have ended."""

    __tablename__ = "revocation"

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    until: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class UsedProof(Base, table=True):
    """A proof of possession serves once. Not written ahead: what a crash of the database forgets is a minute old."""

    __tablename__ = "used_proof"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - how SQLModel takes it

    name: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


QUOTA = Table(
    "quota",
    Base.metadata,
    Column("agreement", Text, nullable=False),
    Column("span", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("calls", BigInteger, nullable=False),
    PrimaryKeyConstraint("agreement", "span", "starts_at"),
)
QUOTA_REFERRAL = Table(
    "quota_referral",
    Base.metadata,
    Column("agreement", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("referral", Text, nullable=False),
    PrimaryKeyConstraint("agreement", "day", "referral"),
)
