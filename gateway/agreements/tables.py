"""Agreements: each version once and for ever, only its state moves; and every step that was taken with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from gateway.tables import Base


class AgreementVersion(Base, table=True):
    """One version: `body` is the agreement as it was signed, `hash` its RFC 8785 digest without the state."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft','offered','agreed','active','suspended','expired','terminated')", name="state_known"
        ),
        Index("agreement_one_active", "id", unique=True, postgresql_where=text("state = 'active'")),
    )

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    hash: str
    consent_hash: str
    state: str
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    valid_from: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    valid_until: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    applied_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class AgreementStep(Base, table=True):
    """One step, never changed; `officer` is a work id, nothing where a file or the clock did it."""

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
