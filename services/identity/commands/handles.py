"""A new phone in place of a lost one: proved by a code to it, after signing in by another way."""

import functools
import uuid
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.commands import codes, helping, paper, presences, sessions
from services.identity.commands.codes import PHONE, Holder, Message
from services.identity.queries import people
from services.identity.rules import paper as rules_of_paper
from services.identity.rules import sign_in as rules
from services.identity.schemas.handles import ReplacedOut
from services.identity.tables import Handle
from shared.grants import Grant
from shared.problems import Problem
from shared.runtime import Runtime


async def replace(session: AsyncSession, runtime: Runtime, grant: Grant, phone: str) -> Message | None:
    """A code goes to the new number; nothing changes yet. Raises `phone-unreadable`."""
    await sessions.check_open(session, grant)
    words = functools.partial(rules.message, runtime.settings.region_name)
    return await codes.make(session, runtime, _holder(uuid.UUID(grant.subject)), phone, words)


async def confirm(session: AsyncSession, runtime: Runtime, grant: Grant, typed: str) -> ReplacedOut | Problem:
    """The new phone is hers: the old one opens nothing any more, and wherever she was signed in she is not.

    Whoever has the old one may have let somebody help, made a paper key, and may unlock passkeys that lie in it: all
    end, the ways in before the sessions: whoever signs in by one now is waited for. Only who is signed in on paper
    keeps the paper. A phone that was put in place so counts as paper for a day.

    What to say is returned, not raised, so that the counted try stays.
    """
    person, on_paper = uuid.UUID(grant.subject), grant.proved_by == "paper"
    tag = await codes.proved(session, runtime, _holder(person).secret, typed)
    if isinstance(tag, Problem):
        return tag
    await people.lock_handles(session, person, tag, person.bytes)
    await sessions.check_open(session, grant)
    known = await people.handle(session, tag)
    if known and known.person != person:
        return rules.PHONE_TAKEN()
    await session.execute(delete(Handle).where(col(Handle.person) == person, col(Handle.kind) == PHONE))
    paper_until = rules_of_paper.until(on_paper, datetime.now(UTC))
    session.add(Handle(tag=tag, person=person, kind=PHONE, paper_until=paper_until))
    ended = not on_paper and await paper.forget_all(session, person)
    await sessions.end_with_passkeys(session, "resident", str(person))
    await presences.end_all(session, person)
    await helping.end_all(session, person)
    return ReplacedOut(state="replaced", paper_key_ended=ended)


def _holder(person: uuid.UUID) -> Holder:
    """Whose the code is: this person's alone."""
    return Holder(f"replace|{person}", purpose="replace")
