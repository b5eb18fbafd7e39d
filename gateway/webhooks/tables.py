"""Where partners are told, and what they are still to be told; what arrived is not kept."""

import uuid
from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, Text, func, text
from sqlmodel import Field

from gateway.tables import Base


class Endpoint(Base, table=True):
    """An organisation's one address; its secrets are sealed, and `older` signs too until `older_until`.

    `client` is the system that registered it, none where a member of staff did.
    """

    __tablename__ = "webhook_endpoint"

    organization: str = Field(primary_key=True)
    url: str
    state: str
    client: str = Field(index=True)
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    older: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    older_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Message(Base, table=True):
    """One thing that a partner is to be told; `told_at` is what it says, later than it happened by chance."""

    __tablename__ = "webhook_message"
    __table_args__ = (
        Index("webhook_message_due", "organization", "next_at", postgresql_where=text("state = 'waiting'")),
        Index("webhook_message_referral", "referral"),
    )

    id: uuid.UUID = Field(primary_key=True)
    organization: str = Field(
        sa_column=Column(Text, ForeignKey("webhook_endpoint.organization", ondelete="CASCADE"), nullable=False)
    )
    referral: str
    referral_state: str
    told_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    state: str
    attempts: int = 0
    reason: str = ""
    next_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_at: datetime = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now(), index=True)
    )
