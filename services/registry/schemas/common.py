"""What every body of the registry shares: closed strict forms, and the answer to a write."""

import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

READABLE = r"^[^\x00-\x1f\x7f]*$"  # no control characters
Uuid = Annotated[uuid.UUID, Field(strict=False)]


class Body(BaseModel):
    """A request body: what is not named in it is refused, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Kept(BaseModel):
    """The answer to a write: which thing, and its state where it has one. Never a personal value."""

    id: str
    state: str = "kept"
