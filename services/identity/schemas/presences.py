"""What an officer says of a person at the counter, and what the platform says of it: never who she is."""

import uuid
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Task = Literal["intake", "record", "consent", "recovery"]


Form = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{5,31}$")]


class PresenceIn(BaseModel):
    """For which task, and how the person shows that she is there.

    Either the number that she says or types, where a code goes; or the number of the paper form that she signed.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    task: Task
    phone: str | None = Field(default=None, max_length=64)
    form: Form | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.phone is None) == (self.form is None):
            raise ValueError("either phone or form")
        return self


class WitnessIn(BaseModel):
    """The number of the form that the witness has before them, and six digits that the person types at their desk."""

    model_config = ConfigDict(extra="forbid", strict=True)

    form: Form
    pin: str = Field(max_length=16)


class CodeIn(BaseModel):
    """The code that the person said aloud or typed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: str = Field(max_length=32)


class OwnPresenceOut(BaseModel):
    """An office that may act with her: for which task, since when, until when by itself."""

    id: uuid.UUID
    organisation: str
    task: str
    since: datetime
    until: datetime


class OwnPresencesOut(BaseModel):
    """Newest first; what ended is in her log."""

    presences: list[OwnPresenceOut]


class PresenceOut(BaseModel):
    """Where a presence stands; `ends_at` by itself."""

    id: uuid.UUID
    kind: str
    task: str
    state: str
    ends_at: datetime
