"""A key on paper, for whoever has no phone or lost it: made once, shown once, good with the digits in her mind."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.commands import helping, sessions, throttle
from services.identity.queries import people, presences
from services.identity.rules import paper as rules
from services.identity.rules import secrets, sign_in
from services.identity.tables import Handle, PaperKey
from shared import problems
from shared.grants import Grant
from shared.problems import Problem
from shared.settings import Settings

KIND = "paper"


async def make(session: AsyncSession, settings: Settings, grant: Grant, pin: str | None) -> str:
    """A key as it is printed; the one before is worth nothing from now on, nor is what was begun with it.

    What rests on paper ends with it, since the one before may have been in other hands: sessions, passkeys, a phone
    that was put in place within the last 24 hours; and so does help.

    The person chooses its digits when she is signed in herself. To an officer nobody says them: they come from the
    witness's desk, and without a witness there is no key. Raises `pin-weak` and `paper-key-alone`.
    """
    person, key = uuid.UUID(grant.subject), rules.fresh()
    tag = _tag(settings, rules.read(key))
    if grant.through:
        salt, hidden = await _witnessed(session, uuid.UUID(grant.through), pin)
    else:
        salt, hidden = None, _chosen(settings, tag, pin)
    await people.lock_handles(session, person, person.bytes)
    await sessions.check_open(session, grant)
    await _end_of_paper(session, person)
    session.add(Handle(tag=tag, person=person, kind=KIND))
    await session.flush()
    session.add(PaperKey(tag=tag, pin=hidden, salt=salt, made_at=datetime.now(UTC)))
    return key


async def _end_of_paper(session: AsyncSession, person: uuid.UUID) -> None:
    """All that whoever had the key before may have made with it; the ways in first, so that a sign-in is waited for."""
    await forget_all(session, person)
    phones = delete(Handle).where(col(Handle.person) == person, col(Handle.paper_until) > datetime.now(UTC))
    await session.execute(phones)
    await sessions.end_with_passkeys(session, "resident", str(person), of_paper=True)
    await helping.end_all(session, person)


def _chosen(settings: Settings, tag: bytes, pin: str | None) -> bytes:
    if pin is None:
        raise problems.BODY_INVALID("Send the six digits that you chose as `pin`.")
    rules.check_pin(pin)
    return hashed(settings, tag, pin)


async def _witnessed(session: AsyncSession, presence: uuid.UUID, pin: str | None) -> tuple[bytes | None, bytes]:
    """What was typed at the witness's desk of this presence; its salt and its hash."""
    row = await presences.confirmed(session, presence, datetime.now(UTC))
    if row is None or row.pin is None:
        raise rules.PAPER_ALONE()
    if pin is not None:
        raise problems.BODY_INVALID("Send no `pin`: the person typed her digits at the witness's desk.")
    return row.form, row.pin


async def prove(session: AsyncSession, settings: Settings, typed: str, pin: str) -> Handle | Problem:
    """Whose key and digits these are, or what to say: the same for a wrong PIN and for a key that nobody has.

    The tenth wrong PIN in a row ends the key. Raises `paper-key-unreadable`.
    """
    tag = _tag(settings, rules.read(typed))
    counted = secrets.keyed(settings.index_key, KIND, "failures", tag.hex())
    paused = await throttle.paused(session, counted)
    if paused:
        return paused
    kept = await people.paper_key(session, tag)
    given = hashed(settings, (kept and kept.salt) or tag, pin.strip())
    handle = await people.handle(session, tag)
    if kept is None or handle is None or not secrets.same(given.hex(), kept.pin.hex()):
        await throttle.failed(session, counted)
        await _wrong(session, kept)
        return sign_in.NOT_PROVEN()
    kept.wrong = 0
    await throttle.passed(session, counted)
    return handle


async def forget_all(session: AsyncSession, person: uuid.UUID) -> bool:
    """The key that a person has opens nothing any more; whether she had one."""
    found = await people.handles_of(session, person, KIND)
    for held in found:
        await _forget(session, held.tag)
    return bool(found)


async def _wrong(session: AsyncSession, kept: PaperKey | None) -> None:
    if kept is None:
        return
    kept.wrong += 1
    if kept.wrong >= rules.MOST_WRONG:
        await _forget(session, kept.tag)


async def _forget(session: AsyncSession, tag: bytes) -> None:
    await session.execute(delete(PaperKey).where(col(PaperKey.tag) == tag))
    await session.execute(delete(Handle).where(col(Handle.tag) == tag))


def _tag(settings: Settings, key: str) -> bytes:
    return secrets.keyed(settings.index_key, KIND, key)


def hashed(settings: Settings, salt: bytes, pin: str) -> bytes:
    """What is kept of six digits."""
    return secrets.keyed(settings.index_key, "pin", salt.hex(), pin)
