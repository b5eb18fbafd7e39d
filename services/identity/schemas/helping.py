"""How a person lets somebody help her, and what both see of it: never who the other is."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.identity.rules.helping import DECLARED, LONGEST

Declaration = Literal["not_official", "not_employer", "not_broker"]


class HelperInvitationIn(BaseModel):
    """For how many days from the code's use somebody may help her."""

    model_config = ConfigDict(extra="forbid", strict=True)

    days: int = Field(ge=1, le=LONGEST)


class HelperInvitationOut(BaseModel):
    """The code for the helper, shown this once, and until when it can be used."""

    code: str
    expires_at: datetime


class HelpingIn(BaseModel):
    """The code that the person handed over, and what the helper declares of themselves: all three."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: str = Field(max_length=64)
    declares: list[Declaration] = Field(min_length=len(DECLARED), max_length=len(DECLARED))

    @field_validator("declares")
    @classmethod
    def _all(cls, declares: list[Declaration]) -> list[Declaration]:
        if set(declares) != DECLARED:
            raise ValueError("declare all three")
        return declares


class DelegationOut(BaseModel):
    """Help that was allowed: since when, until when, and whether it lasts."""

    id: uuid.UUID
    since: datetime
    until: datetime
    state: str


class DelegationsOut(BaseModel):
    """Newest first; what ended stays for a year."""

    delegations: list[DelegationOut]
