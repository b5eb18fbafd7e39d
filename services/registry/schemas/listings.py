"""What an organisation says of its own offers."""

import datetime
import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from services.registry.rules.offers import MAX_UNITS
from services.registry.schemas.common import Body
from shared.days import Day

Units = Annotated[int, Field(ge=0, le=MAX_UNITS)]


class CapacityIn(Body):
    """How many places are free of how many, and whether there is a waiting list; never who waits or how many do."""

    available: Units
    maximum: Units | None = None
    waiting: Literal["none", "open", "closed"] = "none"
    next_place_on: Day | None = None

    @model_validator(mode="after")
    def _fits(self) -> "CapacityIn":
        if self.maximum is not None and self.available > self.maximum:
            raise ValueError("no more can be available than there are")
        if self.next_place_on and self.waiting != "open":
            raise ValueError("a next place has a waiting list that is open")
        return self


class ListingOut(BaseModel):
    """An offer after a change of it."""

    id: uuid.UUID
    assured_on: datetime.date
    capacity_on: datetime.date | None
