"""What the bodies of administration have in common."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, StringConstraints

# An id that an administrator chooses: an organisation's, a client's, a work id that is nobody's name.
Chosen = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,63}$")]
Cursor = Annotated[str | None, Query(max_length=128, description="`next` of the page before.")]


class Body(BaseModel):
    """A request body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", strict=True)
