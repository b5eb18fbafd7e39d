"""What was done with agreements, step by step, and their signatures; nothing in here is ever changed."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKeyConstraint, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from gateway.tables import Base


class AgreementStep(Base, table=True):
    """One step; `officer` is a work id, nothing where the clock did it."""

    __tablename__ = "agreement_step"
    __table_args__ = (
        CheckConstraint("side IN ('provider', 'consumer')", name="side_known"),
        ForeignKeyConstraint(["agreement", "version"], ["agreement.id", "agreement.version"]),
        Index("agreement_step_of", "agreement", "version", "seq"),
    )

    seq: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    agreement: str
    version: int
    kind: str
    side: str | None
    officer: str
    reason: str
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class AgreementSignature(Base, table=True):
    """A side's detached JWS over the version's hash, and the public key it was made with; `by` is whose that is."""

    __tablename__ = "agreement_signature"
    __table_args__ = (
        CheckConstraint("side IN ('provider', 'consumer')", name="side_known"),
        CheckConstraint("by IN ('organisation', 'region')", name="by_known"),
        ForeignKeyConstraint(["agreement", "version"], ["agreement.id", "agreement.version"]),
    )

    agreement: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    side: str = Field(primary_key=True)
    by: str
    jws: str
    jwk: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
