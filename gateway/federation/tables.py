"""What the federation keeps: errands on their way, messages that came in, nonces until they expire."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from gateway.tables import Base


class Delivery(Base, table=True):
    """One errand to a peer; its content stays in the registry until it is sent. `receipt` is what the peer signed."""

    __tablename__ = "delivery"
    __table_args__ = (Index("delivery_due", "next_at", postgresql_where=text("state = 'waiting'")),)

    id: uuid.UUID = Field(primary_key=True)
    kind: str
    peer: str
    request: str
    record_type: str
    seal: str
    state: str
    attempts: int = 0
    next_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_at: datetime = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )
    receipt: str | None = None


class Received(Base, table=True):
    """A message that came in, under the key its sender gave it; the answer is given again to the same message.

    It is empty while the message is being handled.
    """

    __tablename__ = "received"

    peer: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    answer: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )


class Nonce(Base, table=True):
    """A nonce serves once per peer."""

    __tablename__ = "nonce"

    peer: str = Field(primary_key=True)
    nonce: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
