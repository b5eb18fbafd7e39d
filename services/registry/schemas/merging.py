"""Whether somebody has another record here, and what joining the two does."""

import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.registry.rules.duplicates import Reason
from services.registry.schemas.common import Body, Uuid
from services.registry.schemas.people import RecordSealed


class CompareIn(Body):
    """What else to look with, beside the record that she just wrote and the writings of her name."""

    earlier_phone: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="A number that she had before."
    )


class ProveIn(Body):
    """The code that went to the contact of the other record."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]


class MergeIn(Body):
    """The comparison in which the other record was proved."""

    comparison: Uuid


class Found(Body):
    """A record that may be the same person's: whose, the keyed hash of its code, and what speaks for it."""

    other: str
    code: str
    reasons: Annotated[tuple[Annotated[Reason, Field(strict=False)], ...], Field(strict=False)]


class ComparisonSealed(Body):
    """The sealed object of a comparison; the same size whether something was found or not."""

    earlier_phone: str | None
    found: Annotated[tuple[Found, ...], Field(strict=False)] = ()
    proved: str | None = None


class ReasonOut(BaseModel):
    """One thing that a person weighs."""

    code: Reason
    words: str


class ProvedOut(BaseModel):
    """The other record is hers: how the two compare, for her to decide."""

    id: str
    state: str
    reasons: list[ReasonOut]


class MergeSealed(Body):
    """The sealed object of a merge: all that the other record was."""

    record: RecordSealed
    district: str
    seal: str
    version: int
    updated_at: Annotated[datetime.datetime, Field(strict=False)]


class MergeOut(BaseModel):
    """One merge; `record` is what the other record said, shown where she goes on."""

    id: str
    state: str
    undo_until: datetime.datetime
    record: RecordSealed | None


class MergesOut(BaseModel):
    """The merges that can still be undone."""

    merges: list[MergeOut]
