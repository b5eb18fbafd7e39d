"""Rights that a person asks for, what she is answered, and where they stand."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from services.registry.rules import rights as rules
from services.registry.schemas.common import Body, Uuid

# Line ends are allowed: somebody tells what is wrong in her own words.
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]


class ErasureIn(Body):
    """That it is meant: nothing brings back what was erased."""

    understood: Literal[True]


class ErasureOut(BaseModel):
    """Where an erasure stands; whoever knows its id may see that much."""

    id: uuid.UUID
    kind: str
    state: str
    due_on: date
    asked_at: datetime
    closed_at: datetime | None


class RightIn(Body):
    """What she asks for, what it is about, and what is wrong or wanted, in her own words. Only the desk reads them."""

    kind: rules.Kind
    about: rules.About
    thing: Uuid | None = None
    words: Words


class AnswerIn(Body):
    """An answer of the desk; a refusal names its reason."""

    words: Words
    reason: rules.Reason | None = None


class Answered(Body):
    """One answer as it is kept."""

    verb: rules.Answer
    words: str
    reason: rules.Reason | None
    at: datetime


class RightSealed(Body):
    """The sealed object of a request."""

    about: rules.About
    thing: uuid.UUID | None
    words: str
    answers: tuple[Answered, ...] = ()


class RightLineOut(BaseModel):
    """A request as the desk's list shows it: what kind, how long already; never of whom."""

    id: uuid.UUID
    kind: str
    state: str
    asked_at: datetime
    due_on: date
    overdue: bool


class RightOut(RightLineOut):
    """A request with what was said on both sides. `routes`: where the person can go now (PIPL 50, 65)."""

    article: str
    about: rules.About
    thing: uuid.UUID | None
    words: str
    answers: tuple[Answered, ...]
    routes: tuple[str, ...]
    allowed: list[str] = Field(description="The verbs possible now, the person's and the desk's.")


class RightsOut(BaseModel):
    """A person's requests, newest first."""

    requests: list[RightOut]
    next: str | None


class DeskOut(BaseModel):
    """Requests that wait for an answer, the most urgent first."""

    requests: list[RightLineOut]


class MovedOut(BaseModel):
    """Where a request stands after a verb."""

    id: uuid.UUID
    state: str
