"""What an organisation says and hears of its webhook; never of a person."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from gateway.webhooks import rules


class WebhookIn(BaseModel):
    """Where to send."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = Field(min_length=1, max_length=rules.LONGEST, description="A public https address, port 443.")


class WebhookOut(BaseModel):
    """Your organisation's webhook. `disabled`: your system answered 410, or the client that registered it was revoked;
    until you register again nothing new is put on its list."""

    url: str
    state: str
    waiting: int = Field(description="Messages that are still to be sent.")
    dead: int = Field(description="Messages that were given up: see /v1/webhook/dead-letters.")


class WebhookKeptOut(BaseModel):
    """What was registered. `secret` is there when it is new, and is shown this once."""

    url: str
    state: str
    secret: str | None = Field(description="whsec_ and base64 (Standard Webhooks 1.0).")


class DeadLetterOut(BaseModel):
    """A message that was given up."""

    id: UUID = Field(description="The webhook-id is `msg_` and this.")
    referral: str
    state: str
    at: datetime
    attempts: int
    reason: str


class DeadLettersOut(BaseModel):
    """Those of your organisation, the oldest first, 200 at most."""

    dead_letters: list[DeadLetterOut]


class ReplayedOut(BaseModel):
    """How many messages are sent again."""

    replayed: int
