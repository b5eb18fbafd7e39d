"""Consents: what was shown, what was decided, and the receipt."""

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.registry.rules.consents import ConsentState
from services.registry.schemas.common import Body, Uuid
from shared.contracts.events import Code, Digest, FieldName, Id
from shared.days import Day

Decision = Literal["given", "refused"]
Role = Literal["self", "guardian"]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}$")]  # BCP 47
ProvedBy = Literal["own_device", "code_at_counter", "paper"]


class Notice(Body):
    """The notice of `/directory/notices` that she saw before deciding (PIPL art. 17); in zh-Hans unless it says."""

    id: Id
    version: Annotated[int, Field(ge=1)]
    language: Language | None = None
    channel: Literal["web", "counter", "phone"]


class NoticeSealed(Notice):
    """The same with the digest of what was shown; consents of an earlier version of this app have none."""

    digest: str = ""


class ConsentIn(Body):
    """One decision for one recipient of one referral."""

    referral: Id
    recipient: Id
    purpose: Code
    agreement: Id
    agreement_version: Annotated[int, Field(ge=1)]
    consent_hash: Digest
    fields: Annotated[tuple[FieldName, ...], Field(min_length=1, max_length=60, strict=False)]
    sensitive: Annotated[tuple[Code, ...], Field(max_length=20, strict=False)] = ()
    notice: Notice
    decision: Decision
    expires_on: Day
    dependant: Uuid | None = None


class ConsentSealed(ConsentIn):
    """The sealed object of a consent; `opens_at` is there where it waits, as one on paper does."""

    notice: NoticeSealed
    subject_role: Role
    proved_by: ProvedBy = "own_device"
    decided_at: datetime.datetime
    opens_at: datetime.datetime | None = None
    withdrawn_at: datetime.datetime | None = None
    receipt: str


class EventSealed(Body):
    """One link of a consent's chain: flat, so that its hash is over one plain form; `salt` hides what it says."""

    consent: str
    sequence: int
    kind: Literal["given", "refused", "withdrawn"]
    at: datetime.datetime
    subject_role: Role
    recipient: str
    purpose: str
    consent_hash: str
    notice: str
    salt: str


class ConsentOut(ConsentSealed):
    """A consent as its person reads it; `receipt` is a JWS that proves it."""

    id: str
    state: ConsentState


class FreezeOut(BaseModel):
    """Whether the person's consents are frozen, and since when."""

    frozen: bool
    since: datetime.datetime | None


class ConsentsOut(BaseModel):
    """The person's consents, newest first."""

    consents: list[ConsentOut]
    next: str | None
