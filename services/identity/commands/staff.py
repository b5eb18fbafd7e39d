"""Staff: invited, given roles, moved, gone; each by an administrator, none by themselves."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.commands import sessions
from services.identity.commands.acts import Act
from services.identity.queries import organizations
from services.identity.queries import staff as queries
from services.identity.rules import secrets
from services.identity.rules import staff as rules
from services.identity.rules.organizations import Place, check_takes
from services.identity.rules.staff import STAFF
from services.identity.schemas.staff import InvitedOut, RolesIn, StaffIn
from services.identity.tables import Invitation, Passkey, Password, Staff
from shared import outbox, problems
from shared.contracts import events
from shared.contracts.events import StaffFact


@dataclass(frozen=True)
class Member:
    """Somebody whom the caller answers for; `others` are the active administrators of the same organisation."""

    row: Staff
    place: Place
    others: frozenset[str]

    @property
    def acts(self) -> bool:
        """Whether they joined and have not left."""
        return self.row.state == "active"

    @property
    def administers(self) -> bool:
        """Whether they are an active administrator."""
        return self.acts and rules.ADMINISTRATOR in self.row.roles


async def invite(act: Act, body: StaffIn) -> InvitedOut:
    """Invite somebody; the code by which they join is in the answer and nowhere else."""
    place = await _place(act, body.organization)
    if place is None or not rules.may_act(act.organisation, place, await queries.administrators(act.session, place.id)):
        raise problems.NOT_FOUND()
    check_takes(place)
    rules.check_roles(body.roles)
    if await queries.organization_of(act.session, body.id):
        raise problems.CONFLICT("There is or was a member of staff of this id.")
    row = Staff(id=body.id, organization=place.id, roles=_sorted(body), state=STAFF.initial)
    act.session.add(row)
    await act.session.flush()
    return await _invited(act, row)


async def invite_again(act: Act, staff_id: str) -> InvitedOut:
    """Credentials were lost or never chosen: what there was ends now, and a fresh code opens the choice."""
    member = await _member(act, staff_id)
    rules.check_other(act.by, member.row.id)
    rules.check_here(member.row.state)
    await _end_credentials(act.session, member.row.id)
    return await _invited(act, member.row)


async def assign(act: Act, staff_id: str, body: RolesIn) -> Staff:
    """Give somebody these roles instead of the ones before; they sign in again to have them."""
    member = await _member(act, staff_id)
    rules.check_other(act.by, member.row.id)
    rules.check_here(member.row.state)
    rules.check_roles(body.roles)
    if member.administers and rules.ADMINISTRATOR not in body.roles:
        rules.check_keeps_administrator(member.place, member.others)
    member.row.roles = _sorted(body)
    return await _changed(act, member, events.StaffAssigned)


async def move(act: Act, staff_id: str, organization_id: str) -> Staff:
    """Hand somebody over to another organisation, without any role: its own administrator gives them."""
    await _lock_both(act, staff_id, organization_id)
    member = await _member(act, staff_id)
    target = await _place(act, organization_id)
    rules.check_other(act.by, member.row.id)
    rules.check_here(member.row.state)
    if target is None or target.id == member.place.id:
        raise problems.CONFLICT("Name another organisation that is registered.")
    check_takes(target)
    if member.administers:
        rules.check_keeps_administrator(member.place, member.others)
    member.row.organization, member.row.roles = target.id, []
    await _end_invitations(act.session, member.row.id)
    return await _changed(act, member, events.StaffMoved)


async def leave(act: Act, staff_id: str) -> Staff:
    """Somebody goes for good; their sessions and credentials end."""
    member = await _member(act, staff_id)
    state = STAFF.after(member.row.state, "leave")
    if member.administers:
        rules.check_keeps_administrator(member.place, member.others)
    acted, member.row.state = member.acts, state
    await _end_credentials(act.session, member.row.id)
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


def _sorted(body: RolesIn) -> list[str]:
    return sorted(set(body.roles))


async def _place(act: Act, organization_id: str) -> Place | None:
    row = await organizations.locked(act.session, organization_id)
    return await organizations.place(act.session, row) if row else None


async def _lock_both(act: Act, staff_id: str, organization_id: str) -> None:
    """In the same order whoever moves: two who exchange staff do not wait for one another."""
    both = {await queries.organization_of(act.session, staff_id), organization_id} - {None}
    for each in sorted(both, key=str):
        await organizations.locked(act.session, str(each))


async def _member(act: Act, staff_id: str) -> Member:
    """The organisation is locked first: two administrators cannot take the role from one another at once."""
    organization = await queries.organization_of(act.session, staff_id)
    place = await _place(act, organization) if organization else None
    row = await queries.locked(act.session, staff_id) if place else None
    if place is None or row is None or row.organization != place.id:
        raise problems.NOT_FOUND()
    others = await queries.administrators(act.session, place.id) - {row.id}
    if not rules.may_act(act.organisation, place, others):
        raise problems.NOT_FOUND()
    return Member(row, place, others)


async def _changed(act: Act, member: Member, fact: type[StaffFact]) -> Staff:
    await sessions.end_all(act.session, "staff", member.row.id)
    if member.acts:
        await tell(act.session, member.row, fact)
    return member.row


async def _end_credentials(session: AsyncSession, staff: str) -> None:
    await sessions.end_all(session, "staff", staff)
    await _end_invitations(session, staff)
    await session.execute(delete(Password).where(col(Password.staff) == staff))
    await session.execute(delete(Passkey).where(col(Passkey.kind) == "staff", col(Passkey.subject) == staff))


async def _end_invitations(session: AsyncSession, staff: str) -> None:
    await session.execute(delete(Invitation).where(col(Invitation.staff) == staff))


async def _invited(act: Act, row: Staff) -> InvitedOut:
    settings, code, until = act.runtime.settings, secrets.fresh(), datetime.now(UTC) + rules.INVITED_FOR
    act.session.add(Invitation(code=secrets.digest(code), staff=row.id, expires_at=until))
    link = f"{settings.sign_in_url or settings.public_url}/sign-in/join#{code}"
    shown = row.model_dump(include={"id", "organization", "roles", "state"})
    return InvitedOut(**shown, invitation=code, link=link, expires_at=until)
