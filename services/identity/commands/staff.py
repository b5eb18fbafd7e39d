"""Staff: given roles, moved, gone; each by an administrator, none by themselves."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import invitations, members, sessions
from services.identity.commands.acts import Act
from services.identity.queries import organizations
from services.identity.queries import staff as queries
from services.identity.rules import staff as rules
from services.identity.rules.organizations import check_second, check_takes
from services.identity.rules.staff import STAFF
from services.identity.schemas.staff import RolesIn
from services.identity.tables import Staff
from shared import outbox, problems
from shared.contracts import events
from shared.contracts.events import StaffFact


async def assign(act: Act, staff_id: str, body: RolesIn) -> Staff:
    """Give somebody these roles instead of the ones before; they sign in again to have them."""
    member = await members.member(act, staff_id)
    rules.check_other(act.by, member.row.id)
    rules.check_here(member.row.state)
    rules.check_in_force(member.place)
    rules.check_roles(body.roles)
    if member.administers and rules.ADMINISTRATOR not in body.roles:
        rules.check_keeps_administrator(member.place, member.others)
    member.row.roles = sorted(set(body.roles))
    return await _changed(act, member, events.StaffAssigned)


async def move(act: Act, staff_id: str, organization_id: str) -> Staff:
    """Hand somebody over to another organisation, without any role: its own administrator gives them."""
    await _lock_both(act, staff_id, organization_id)
    member = await members.member(act, staff_id)
    target = await members.place(act, organization_id)
    rules.check_other(act.by, member.row.id)
    rules.check_here(member.row.state)
    rules.check_in_force(member.place)
    if target is None or target.id == member.place.id:
        raise problems.CONFLICT("Name another organisation that is registered.")
    check_takes(target)
    if member.administers:
        rules.check_keeps_administrator(member.place, member.others)
    member.row.organization, member.row.roles = target.id, []
    await invitations.end(act.session, member.row.id)
    return await _changed(act, member, events.StaffMoved)


async def leave(act: Act, staff_id: str) -> Staff:
    """Somebody goes for good; their sessions and credentials end. Not by whoever suspended their organisation."""
    member = await members.member(act, staff_id)
    state = STAFF.after(member.row.state, "leave")
    check_second(member.place.suspended_by, act.by)
    if member.administers:
        rules.check_keeps_administrator(member.place, member.others)
    acted, member.row.state = member.acts, state
    await invitations.end_credentials(act.session, member.row.id)
    if acted:
        await tell(act.session, member.row, events.StaffLeft)
    return member.row


async def joined(session: AsyncSession, row: Staff) -> None:
    """Somebody took the invitation; whoever was there before and chose again is no news."""
    new = row.state == STAFF.initial
    row.state = STAFF.after(row.state, "join")
    if new:
        await tell(session, row, events.StaffJoined)


async def tell(session: AsyncSession, row: Staff, fact: type[StaffFact]) -> None:
    """Say what a member of staff is now."""
    await outbox.emit(session, row.id, fact(staff=row.id, organization=row.organization, roles=tuple(row.roles)))


async def _lock_both(act: Act, staff_id: str, organization_id: str) -> None:
    """In the same order whoever moves: two who exchange staff do not wait for one another."""
    both = {await queries.organization_of(act.session, staff_id), organization_id} - {None}
    for each in sorted(both, key=str):
        await organizations.locked(act.session, str(each))


async def _changed(act: Act, member: members.Member, fact: type[StaffFact]) -> Staff:
    await sessions.end_all(act.session, "staff", member.row.id)
    if member.acts:
        await tell(act.session, member.row, fact)
    return member.row
