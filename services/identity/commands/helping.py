"""A person lets somebody help her by a code that she hands over; either of the two ends it."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.commands import sessions, throttle
from services.identity.queries import helping as queries
from services.identity.rules import helping as rules
from services.identity.rules import letters, secrets, sign_in, tokens
from services.identity.rules.helping import DELEGATION
from services.identity.tables import Delegation, HelperInvitation
from shared import ids, outbox, problems
from shared.contracts.events import SessionEnded
from shared.grants import Grant
from shared.problems import Problem
from shared.settings import Settings

KIND = "helper"


async def invite(session: AsyncSession, settings: Settings, grant: Grant, days: int) -> tuple[str, datetime]:
    """A code for whoever is to help her for so many days, and until when it is good; the one before ends."""
    await sessions.check_open(session, grant)
    code, expires_at = rules.fresh(), datetime.now(UTC) + rules.CODE_LASTS
    row = {"code": _kept(settings, code), "days": days, "expires_at": expires_at}
    made = insert(HelperInvitation).values(person=uuid.UUID(grant.subject), **row)
    await session.execute(made.on_conflict_do_update(index_elements=["person"], set_=row))
    return code, expires_at


async def begin(session: AsyncSession, settings: Settings, helper: uuid.UUID, typed: str) -> Delegation | Problem:
    """Somebody who declared what a helper declares brings the code: from now on they help. Serves once.

    What to say of a wrong code is returned, so that the counted try stays. Raises `helper-is-oneself` and
    `helper-ceiling`; the code is then as good as before.
    """
    await queries.lock(session, helper)
    counted = secrets.keyed(settings.index_key, KIND, "failures", str(helper))
    paused = await throttle.paused(session, counted)
    if paused:
        return paused
    invited = await queries.invitation(session, _kept(settings, typed), datetime.now(UTC))
    if invited is None:
        await throttle.failed(session, counted)
        return sign_in.NOT_PROVEN()
    row = await _given(session, invited, helper)
    await session.delete(invited)
    await throttle.passed(session, counted)
    return row


async def _given(session: AsyncSession, invited: HelperInvitation, helper: uuid.UUID) -> Delegation:
    """What an invitation gives to this helper, in place of what the same person gave before."""
    now = datetime.now(UTC)
    if invited.person == helper:
        raise rules.HELPER_SELF()
    held = await queries.by_helper(session, helper, lock=True)
    rules.check_room(((each.person, each.ends_at) for each in held), invited.person, now)
    for earlier in held:
        if earlier.person == invited.person:
            await _end(session, earlier)
    row = Delegation(
        id=ids.new(),
        person=invited.person,
        helper=helper,
        begins_at=now,
        ends_at=now + timedelta(days=invited.days),
    )
    session.add(row)
    return row


async def end(session: AsyncSession, caller: uuid.UUID, delegation_id: uuid.UUID) -> Delegation:
    """Either of the two ends it; ending again changes nothing. 404 for anybody else's."""
    row = await queries.delegation(session, delegation_id)
    if row is None or caller not in (row.person, row.helper):
        raise problems.NOT_FOUND()
    await _end(session, row)
    return row


async def end_all(session: AsyncSession, person: uuid.UUID) -> None:
    """Nobody helps a person any more, and a code that she handed out is worth nothing."""
    await session.execute(delete(HelperInvitation).where(col(HelperInvitation.person) == person))
    for row in await queries.open_of(session, person):
        await _end(session, row)


async def _end(session: AsyncSession, row: Delegation) -> None:
    if row.state not in DELEGATION.moves["end"][0]:
        return
    now = datetime.now(UTC)
    row.state, row.ends_at = DELEGATION.after(row.state, "end"), min(row.ends_at, now)
    until = now + timedelta(seconds=tokens.LIFETIME)
    await outbox.emit(session, row.id, SessionEnded(session=str(row.id), until=until))


def _kept(settings: Settings, typed: str) -> bytes:
    return secrets.keyed(settings.index_key, "helper-invitation", letters.folded(typed))
