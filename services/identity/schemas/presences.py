"""What an officer says of a person at the counter, and what the platform says of it: never who she is."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Task = Literal["intake", "record", "consent", "recovery"]


class PresenceIn(BaseModel):
    """For which task; the number that the person says or types, where the code goes."""

    model_config = ConfigDict(extra="forbid")

    task: Task
    phone: str = Field(max_length=64)


class CodeIn(BaseModel):
    """The code that the person said aloud or typed."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(max_length=32)


class PresenceOut(BaseModel):
    """Where a presence stands; `ends_at` by itself."""

    id: uuid.UUID
    task: str
    state: str
    ends_at: datetime
