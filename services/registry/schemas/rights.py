"""Rights that a person asks for, and where they stand."""

import uuid
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from services.registry.schemas.common import Body


class ErasureIn(Body):
    """That it is meant: nothing brings back what was erased."""

    understood: Literal[True]


class RightOut(BaseModel):
    """Where a request stands; whoever knows its id may see that much."""

    id: uuid.UUID
    kind: str
    state: str
    due_on: date
    asked_at: datetime
    closed_at: datetime | None
