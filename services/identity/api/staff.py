"""Staff, for those who administer them."""

from fastapi import Depends

from services.identity.api.acts import ActDep
from services.identity.commands import invitations
from services.identity.commands import staff as commands
from services.identity.queries import staff as queries
from services.identity.rules import pages as by_id
from services.identity.schemas import staff as schemas
from services.identity.schemas.common import Cursor
from services.identity.tables import Staff
from shared import pages, requests
from shared.requests import Internal, SessionDep

router = requests.router()


@router.get("/v1/staff")
async def members(
    session: SessionDep, grant: Internal, cursor: Cursor = None, limit: pages.Limit = 50
) -> schemas.MembersOut:
    """Staff of the own organisation, and for a service centre of those below it that nobody else administers."""
    rows = await queries.visible(session, grant.actor.organisation, by_id.after(cursor), limit)
    following = by_id.following([row.id for row in rows], limit)
    return schemas.MembersOut(staff=[_shown(row) for row in rows], next=following)


@router.post("/v1/staff", status_code=201, dependencies=[Depends(requests.kept_nowhere)])
async def invite_member(act: ActDep, body: schemas.StaffIn) -> schemas.InvitedOut:
    """Propose to invite somebody; the first code is shown this once."""
    return await invitations.invite(act, body)


@router.post("/v1/staff/{staff}:invite", status_code=201, dependencies=[Depends(requests.kept_nowhere)])
async def invite_member_again(act: ActDep, staff: str) -> schemas.InvitedOut:
    """Credentials were lost: end them and every session, and propose anew; the first code is shown this once."""
    return await invitations.invite_again(act, staff)


@router.post("/v1/staff/{staff}:approve", dependencies=[Depends(requests.kept_nowhere)])
async def approve_invitation(act: ActDep, staff: str) -> schemas.ApprovedOut:
    """Approve an invitation that another administrator proposed; the second code is shown this once."""
    return await invitations.approve(act, staff)


@router.post("/v1/staff/{staff}:assign")
async def assign_roles(act: ActDep, staff: str, body: schemas.RolesIn) -> schemas.StaffOut:
    """Give somebody these roles instead of those before; their sessions end."""
    return _shown(await commands.assign(act, staff, body))


@router.post("/v1/staff/{staff}:move")
async def move_member(act: ActDep, staff: str, body: schemas.MoveIn) -> schemas.StaffOut:
    """Hand somebody over to another organisation, which gives them their roles; their sessions end."""
    return _shown(await commands.move(act, staff, body.organization))


@router.post("/v1/staff/{staff}:leave")
async def end_member(act: ActDep, staff: str) -> schemas.StaffOut:
    """Somebody goes for good; their sessions and credentials end."""
    return _shown(await commands.leave(act, staff))


def _shown(row: Staff) -> schemas.StaffOut:
    return schemas.StaffOut(**row.model_dump(include=set(schemas.StaffOut.model_fields)))
