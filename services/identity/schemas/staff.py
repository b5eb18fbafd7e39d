"""Staff as administrators see them: work ids, roles and states, never a name."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.identity.schemas.common import Body, Chosen

Role = Annotated[str, StringConstraints(max_length=64)]


class RolesIn(Body):
    """What somebody is to do."""

    roles: list[Role] = Field(min_length=1, max_length=7)


class StaffIn(RolesIn):
    """Somebody to invite, under a work id that says nothing about them."""

    id: Chosen
    organization: Chosen


class MoveIn(Body):
    """Where somebody goes; their roles are given there."""

    organization: Chosen


class StaffOut(BaseModel):
    """A member of staff, and the two who let them join."""

    id: str
    organization: str
    roles: list[str]
    state: str
    proposed_by: str | None
    approved_by: str | None


class MembersOut(BaseModel):
    """A page of staff by work id."""

    staff: list[StaffOut]
    next: str | None


class InvitedOut(StaffOut):
    """The first code and its link, shown this once; with the second it serves once, until `expires_at`."""

    invitation: str
    link: str
    expires_at: datetime


class ApprovedOut(StaffOut):
    """The second code, shown this once: it is typed where the link of the first leads."""

    approval: str
    expires_at: datetime
