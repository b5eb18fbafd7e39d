"""Invitations of staff: one administrator proposes, another approves, and each hands over a code of their own.

Both codes together open the way in, so that neither of the two can become the colleague whom they invite.
"""

from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.commands import members, sessions
from services.identity.commands.acts import Act
from services.identity.queries import people
from services.identity.queries import staff as queries
from services.identity.rules import secrets
from services.identity.rules import staff as rules
from services.identity.rules.organizations import check_second, check_takes
from services.identity.rules.staff import STAFF
from services.identity.schemas.staff import ApprovedOut, InvitedOut, StaffIn, StaffOut
from services.identity.tables import Invitation, Password, Staff
from shared import problems


async def invite(act: Act, body: StaffIn) -> InvitedOut:
    """Propose somebody; the first code is in the answer and nowhere else."""
    place = await members.place(act, body.organization)
    if place is None or not rules.may_act(act.organisation, place, await queries.administrators(act.session, place.id)):
        raise problems.NOT_FOUND()
    check_takes(place)
    rules.check_roles(body.roles)
    if await queries.organization_of(act.session, body.id):
        raise problems.CONFLICT("There is or was a member of staff of this id.")
    row = Staff(id=body.id, organization=place.id, roles=sorted(set(body.roles)), state=STAFF.initial)
    await act.register(row)
    return await _proposed(act, row)


async def invite_again(act: Act, staff_id: str) -> InvitedOut:
    """Credentials were lost or never chosen: what there was ends now, and fresh codes open the choice.

    Not by whoever suspended their organisation: they would do alone what takes two.
    """
    member = await members.member(act, staff_id)
    rules.check_other(act.by, member.row.id)
    rules.check_here(member.row.state)
    check_second(member.place.suspended_by, act.by)
    await end_credentials(act.session, member.row.id)
    return await _proposed(act, member.row)


async def approve(act: Act, staff_id: str) -> ApprovedOut:
    """Approve what another administrator proposed; the second code is in the answer and nowhere else."""
    member = await members.known(act, staff_id)
    waiting = await people.proposed(act.session, member.row.id)
    if waiting is None or not rules.may_approve(act.organisation, member.place):
        raise problems.NOT_FOUND()
    rules.check_other(act.by, member.row.id)
    check_second(waiting.proposed_by, act.by)
    check_takes(member.place)
    code = rules.approval()
    waiting.approval, member.row.approved_by = secrets.digest(rules.typed(code)), act.by
    return ApprovedOut(**_shown(member.row), approval=code, expires_at=waiting.expires_at)


async def end_credentials(session: AsyncSession, staff: str) -> None:
    """Nothing that somebody had or was given opens anything any more; whoever signs in now is waited for."""
    await end(session, staff)
    await session.execute(delete(Password).where(col(Password.staff) == staff))
    await sessions.end_with_passkeys(session, "staff", staff)


async def end(session: AsyncSession, staff: str) -> None:
    """Whatever invitation there was."""
    await session.execute(delete(Invitation).where(col(Invitation.staff) == staff))


async def _proposed(act: Act, row: Staff) -> InvitedOut:
    settings, code, until = act.runtime.settings, secrets.fresh(), datetime.now(UTC) + rules.INVITED_FOR
    row.proposed_by, row.approved_by = act.by, None
    act.session.add(Invitation(code=secrets.digest(code), staff=row.id, expires_at=until, proposed_by=act.by))
    link = f"{settings.sign_in_url or settings.public_url}/sign-in/join#{code}"
    return InvitedOut(**_shown(row), invitation=code, link=link, expires_at=until)


def _shown(row: Staff) -> dict[str, object]:
    return row.model_dump(include=set(StaffOut.model_fields))
