"""A person and an officer at one counter: proved by a code to the phone that she brings, one person at a time."""

import functools
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import codes
from services.identity.commands.codes import Holder, Message
from services.identity.queries import presences as queries
from services.identity.rules import presences as rules
from services.identity.rules import sign_in, tokens
from services.identity.rules.presences import PRESENCE
from services.identity.schemas.presences import PresenceIn
from services.identity.tables import Presence
from shared import ids, outbox, problems
from shared.contracts.events import SessionEnded
from shared.grants import Grant
from shared.problems import Problem
from shared.runtime import Runtime


async def ask(
    session: AsyncSession, runtime: Runtime, grant: Grant, body: PresenceIn
) -> tuple[Presence, Message | None]:
    """A code goes to the number; the answer is the same whatever it is. What was open before ends: one at a time."""
    organization, now = grant.actor.organisation, datetime.now(UTC)
    await queries.lock(session, organization)
    rules.check_ceiling(*await queries.counted(session, grant.actor.id, organization, now - rules.COUNTED))
    for earlier in await queries.open_of(session, grant.actor.id):
        await _end(session, earlier)
    row = Presence(
        id=ids.new(),
        staff=grant.actor.id,
        organization=organization,
        task=body.task,
        asked_at=now,
        ends_at=now + rules.ASKED_FOR,
    )
    session.add(row)
    words = functools.partial(sign_in.counter_message, await queries.organization_name(session, organization))
    return row, await codes.make(session, runtime, _holder(row), body.phone, words)


async def confirm(
    session: AsyncSession, runtime: Runtime, grant: Grant, presence_id: uuid.UUID, typed: str
) -> Presence | Problem:
    """The person is there: she said the code. The problem is returned, so that the counted try stays."""
    row = await own(session, grant, presence_id)
    now = datetime.now(UTC)
    state = PRESENCE.after(rules.now_is(row.state, row.ends_at, now), "confirm")
    handle = await codes.prove(session, runtime, _holder(row).secret, typed)
    if isinstance(handle, Problem):
        return handle
    row.state, row.person = state, handle.person
    row.confirmed_at, row.ends_at = now, now + rules.LASTS
    return row


async def end(session: AsyncSession, grant: Grant, presence_id: uuid.UUID) -> Presence:
    """The person leaves; ending again changes nothing."""
    row = await own(session, grant, presence_id)
    if row.state in PRESENCE.moves["end"][0]:
        await _end(session, row)
    return row


async def own(session: AsyncSession, grant: Grant, presence_id: uuid.UUID) -> Presence:
    """A presence that the caller asked for; 404 for anybody else's."""
    row = await queries.presence(session, presence_id)
    if row is None or (row.staff, row.organization) != (grant.actor.id, grant.actor.organisation):
        raise problems.NOT_FOUND()
    return row


async def _end(session: AsyncSession, row: Presence) -> None:
    row.state = PRESENCE.after(row.state, "end")
    until = datetime.now(UTC) + timedelta(seconds=tokens.LIFETIME)
    await outbox.emit(session, row.id, SessionEnded(session=str(row.id), until=until))


def _holder(row: Presence) -> Holder:
    """Whose the code is: this presence's alone."""
    return Holder(f"presence|{row.id}")
