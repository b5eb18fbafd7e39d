"""Records that go from region to region: held here, asked for, confirmed, answered."""

import datetime
import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.registry.schemas.common import READABLE, Body, Uuid
from services.registry.schemas.people import District, Name
from shared.days import Day

RecordType = Literal["vaccination", "school", "insurance_filing", "skills_certificate"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=READABLE)]
Issuer = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=READABLE)]
PlainName = Annotated[Name, StringConstraints(pattern=READABLE)]
Part = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}$")]
RequestState = Literal["requested", "answered", "undeliverable"]


class Document(Body):
    """A record: who made it, when, and entries of the parts that its type may hold."""

    issuer: Issuer
    issued_on: Day
    entries: Annotated[tuple[dict[Part, Text], ...], Field(min_length=1, max_length=20, strict=False)]


class HeldIn(Body):
    """A record that an office files for the person of a referral, or for one she answers for."""

    record_type: RecordType
    dependant_name: Name | None = None
    document: Document


class RequestIn(Body):
    """A person's own request; `told` says that she knows what the request itself shows."""

    record_type: RecordType
    region: District
    dependant: Uuid | None = None
    told: bool = False


class RequestOut(BaseModel):
    """Where a person's request stands; `advice` says what to do where there is something to do."""

    id: str
    record_type: str
    region: str
    dependant: str | None
    state: RequestState
    advice: str | None
    at: datetime.datetime


class RequestsOut(BaseModel):
    """The person's requests, newest first."""

    requests: list[RequestOut]
    next: str | None


class RecordOut(BaseModel):
    """The record that came back, for the person alone."""

    request: str
    record_type: str
    record: Document


class HeldOut(BaseModel):
    """A record that this region holds, as its person reads it."""

    id: uuid.UUID
    record_type: str
    dependant: uuid.UUID | None
    at: datetime.datetime
    record: Document


class HeldsOut(BaseModel):
    """The records that this region holds of a person, newest first."""

    records: list[HeldOut]
    next: str | None


class Claims(Body):
    """What identifies the record at the other region: the name and birth date of whom it is about, nothing else."""

    name: PlainName
    birth_date: Day


class OutgoingRequest(BaseModel):
    """What the gateway sends to the peer for one request."""

    request: Uuid
    peer: str
    record_type: str
    claims: Claims


class IncomingRequest(Body):
    """What a peer's gateway sent."""

    request: Uuid
    peer: District
    record_type: RecordType
    claims: Claims


class ConfirmationIn(Body):
    """The one-time code that a contact of this region received."""

    request: Uuid
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]


class AnswerOut(BaseModel):
    """The released record, for the gateway to send."""

    request: Uuid
    record_type: str
    record: Document


class AnswerIn(Body):
    """The record that a peer's gateway sent for one of our requests."""

    request: Uuid
    record_type: RecordType | None = None
    record: Document


class MessageSealed(Body):
    """A message on its way."""

    to: str
    text: str
