"""The agreements' table: each version once and for ever; only its state moves."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Index, func, text
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
