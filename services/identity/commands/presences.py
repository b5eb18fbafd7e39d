"""A person and an officer at one counter, one person at a time: proved by a code to the phone that she brings, or by
paper that she signed before a witness from another organisation."""

import functools
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import codes, paper
from services.identity.commands.codes import Holder, Message
from services.identity.queries import presences as queries
from services.identity.rules import paper as paper_rules
from services.identity.rules import presences as rules
from services.identity.rules import secrets, sign_in, tokens
from services.identity.rules.presences import PRESENCE
from services.identity.schemas.presences import PresenceIn, WitnessIn
from services.identity.tables import Presence
from shared import ids, outbox, problems
from shared.contracts.events import SessionEnded
from shared.grants import Grant
from shared.problems import Problem
from shared.runtime import Runtime


async def ask(
    session: AsyncSession, runtime: Runtime, grant: Grant, body: PresenceIn
) -> tuple[Presence, Message | None]:
    """A code goes to the number, or a witness is waited for. What was open before ends: one person at a time.

    The answer is the same whatever the number is. Raises `task-not-on-paper` and `presence-ceiling`.
    """
    organization, now = grant.actor.organisation, datetime.now(UTC)
    kind = "code" if body.form is None else "paper"
    rules.check_task(body.task, kind)
    await queries.lock(session, organization)
    rules.check_ceiling(*await queries.counted(session, grant.actor.id, organization, now - rules.COUNTED))
    for earlier in await queries.open_of(session, grant.actor.id):
        await _end(session, earlier)
    row = Presence(
        id=ids.new(),
        staff=grant.actor.id,
        organization=organization,
        kind=kind,
        task=body.task,
        asked_at=now,
        ends_at=now + rules.ASKED_FOR[kind],
    )
    session.add(row)
    if body.phone is None:
        row.form = _form(runtime, row, body.form or "")
        return row, None
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
    row.on_paper = paper_rules.counts(handle.paper_until, now)
    row.confirmed_at, row.ends_at = now, now + rules.LASTS
    return row


async def witness(
    session: AsyncSession, runtime: Runtime, grant: Grant, presence_id: uuid.UUID, body: WitnessIn
) -> Presence | Problem:
    """Somebody of another organisation saw the person sign this form: a person whom nothing here was known of.

    The digits that she typed there are kept for her paper key. What to say of a wrong number is returned, so that the
    counted try stays. Raises `pin-weak`.
    """
    row = await queries.presence(session, presence_id)
    if row is None or row.form is None:
        raise problems.NOT_FOUND()
    if row.organization == grant.actor.organisation or row.staff == grant.actor.id:
        raise rules.NOT_INDEPENDENT()
    now = datetime.now(UTC)
    state = PRESENCE.after(rules.now_is(row.state, row.ends_at, now), "witness")
    paper_rules.check_pin(body.pin)
    row.tries += 1
    if row.tries > rules.FORM_TRIES or not secrets.same(row.form.hex(), _form(runtime, row, body.form).hex()):
        return sign_in.NOT_PROVEN()
    row.state, row.person = state, await codes.new_person(session)
    row.witness, row.witness_organization = grant.actor.id, grant.actor.organisation
    row.pin = paper.hashed(runtime.settings, row.form, body.pin)
    row.confirmed_at, row.ends_at = now, now + rules.LASTS
    return row


async def end(session: AsyncSession, grant: Grant, presence_id: uuid.UUID) -> Presence:
    """The person leaves; ending again changes nothing."""
    row = await own(session, grant, presence_id)
    await _end_once(session, row)
    return row


async def end_own(session: AsyncSession, person: uuid.UUID, presence_id: uuid.UUID) -> Presence:
    """The person herself ends it, wherever she is; 404 for anybody else's."""
    row = await queries.presence(session, presence_id)
    if row is None or row.person != person:
        raise problems.NOT_FOUND()
    await _end_once(session, row)
    return row


async def _end_once(session: AsyncSession, row: Presence) -> None:
    if row.state in PRESENCE.moves["end"][0]:
        await _end(session, row)


async def end_all(session: AsyncSession, person: uuid.UUID) -> None:
    """End every presence of a person."""
    for row in await queries.open_with(session, person):
        await _end(session, row)


async def own(session: AsyncSession, grant: Grant, presence_id: uuid.UUID) -> Presence:
    """A presence that the caller asked for; 404 for anybody else's."""
    row = await queries.presence(session, presence_id)
    if row is None or (row.staff, row.organization) != (grant.actor.id, grant.actor.organisation):
        raise problems.NOT_FOUND()
    return row


async def _end(session: AsyncSession, row: Presence) -> None:
    row.state, row.pin = PRESENCE.after(row.state, "end"), None
    until = datetime.now(UTC) + timedelta(seconds=tokens.LIFETIME)
    await outbox.emit(session, row.id, SessionEnded(session=str(row.id), until=until))


def _form(runtime: Runtime, row: Presence, number: str) -> bytes:
    return secrets.keyed(runtime.settings.index_key, "paper-form", str(row.id), number)


def _holder(row: Presence) -> Holder:
    """Whose the code is: this presence's alone."""
    return Holder(f"presence|{row.id}", purpose="counter")
