"""What officers say and read about the life of an agreement."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Words = Annotated[str, StringConstraints(min_length=2, max_length=2000, strip_whitespace=True)]


class Body(BaseModel):
    """A request body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", strict=True)


class DraftIn(Body):
    """A version to draft: the text of an agreement, without its state."""

    terms: dict[str, Any]


class ReasonIn(Body):
    """Why."""

    reason: Words


class ReturnIn(Body):
    """Everything that is missing, at once (政务数据共享条例 21)."""

    missing: list[Words] = Field(min_length=1, max_length=20)


class ApprovalIn(Body):
    """An approval; `signature` is a detached JWS over `to_sign` by a key of the organisation's own system."""

    signature: Annotated[str, StringConstraints(max_length=2000)] | None = None


class DisposalIn(Body):
    """What the consumer says of the data that it had: how it was deleted, and what proves it there."""

    method: Words
    reference: Annotated[str, StringConstraints(min_length=2, max_length=100)]


class StepOut(BaseModel):
    """One step; `officer` is a work id."""

    kind: str
    at: datetime
    side: Literal["provider", "consumer"] | None
    officer: str
    reason: str


class SignatureOut(BaseModel):
    """A side's detached JWS over `signed` (RFC 7515, appendix F), and the public key that verifies it.

    `signed` is what `to_sign` was then; before offers were numbered, the bare hash.
    """

    side: str
    by: str
    signed: str
    jws: str
    kty: str
    crv: str
    x: str
    y: str
    at: datetime


class ClockOut(BaseModel):
    """What is due, whose it is, and the article; no `due` while the working days of its year are not known."""

    kind: str
    article: str
    side: Literal["provider", "consumer"]
    due: datetime | None
    overdue: bool


class LifeOut(BaseModel):
    """One version and everything that was done with it; `terms` is the text that `hash` was made of.

    `to_sign` is what an approval of this offer signs, or of a draft's coming one: the hash, and from the second offer
    on a point and its number. `dispute` is who decides an open one. `unreadable` is the problem of `terms` that do not
    fit any more: such a version opens nothing, and can still be suspended and ended.
    """

    agreement: str
    version: int
    hash: str
    to_sign: str
    state: str
    terms: dict[str, Any]
    steps: list[StepOut]
    signatures: list[SignatureOut]
    clocks: list[ClockOut]
    dispute: str | None
    unreadable: dict[str, Any] | None


class DueOut(ClockOut):
    """A clock of one agreement, for the coordination office."""

    agreement: str
    version: int
    organisation: str


class ReminderOut(BaseModel):
    """Your organisation was told `at` that this is due, by it or by the other `side`."""

    agreement: str
    version: int
    kind: str
    article: str
    side: Literal["provider", "consumer"]
    due: datetime | None
    at: datetime


class RemindersOut(BaseModel):
    """The newest 200 of your organisation: agreements, never people."""

    reminders: list[ReminderOut]


class OverdueOut(BaseModel):
    """What is late and what soon will be, earliest first: agreements, never people."""

    as_of: datetime
    clocks: list[DueOut]
