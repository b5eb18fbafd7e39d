"""Residents by a one-time code to the phone that they bring: the same answer for numbers known and unknown."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import devices
from services.identity.queries import people
from services.identity.rules import secrets
from services.identity.rules import sign_in as rules
from services.identity.tables import Handle, OneTimeCode, Resident
from shared import sender
from shared.problems import Problem
from shared.runtime import Runtime

PHONE = "phone"

log = structlog.get_logger()


@dataclass(frozen=True)
class Holder:
    """Who asks for a code: the secret of a sign-in under way, and the mark of an earlier success.

    `purpose` is what the code is for. Each is counted alone: whoever has codes sent from the public page closes neither
    a counter nor the way to a new phone.
    """

    secret: str
    device: str = ""
    purpose: str = "sign_in"


@dataclass(frozen=True)
class Message:
    """A text for a number (E.164)."""

    to: str
    text: str


async def make(
    session: AsyncSession, runtime: Runtime, holder: Holder, typed: str, words: Callable[[str], str]
) -> Message | None:
    """A code for a number, told in `words`; beyond a limit there is none, and nobody can tell.

    Raises for no number.
    """
    number = rules.phone(typed)
    tag, asks = secrets.keyed(runtime.settings.index_key, PHONE, number), secrets.digest(holder.secret)
    count = (holder.purpose, bool(devices.known(runtime.settings, tag.hex(), holder.device)))
    now, code = datetime.now(UTC), secrets.code()
    await people.lock_handle(session, asks)
    await people.lock_handle(session, tag)
    for span, most in rules.CODES.items():
        if await people.codes_sent(session, tag, count, now - span) >= most:
            return None
    if await people.codes_asked(session, asks, now - rules.HOUR) >= rules.CODES_ASKED:
        return None
    if await people.codes_left(session, count, now - rules.HOUR) >= runtime.settings.codes_per_hour:
        log.warning("codes_at_ceiling")
        return None
    session.add(
        OneTimeCode(
            id=secrets.digest(secrets.fresh()),
            holder=asks,
            tag=tag,
            hash=secrets.keyed(runtime.settings.index_key, holder.secret, code),
            purpose=count[0],
            known=count[1],
            sent_at=now,
            expires_at=now + rules.CODE_LIFETIME,
        )
    )
    return Message(number, words(code))


async def deliver(runtime: Runtime, message: Message | None) -> None:
    """Send what was made, once its row is kept; whoever waits in vain asks again."""
    if message:
        try:
            await sender.of(runtime.settings).send(message.to, message.text)
        except (Problem, OSError) as error:
            log.warning("code_not_sent", reason=type(error).__name__)


async def prove(session: AsyncSession, runtime: Runtime, holder: str, typed: str) -> Handle | Problem:
    """The handle of the person, who is new at the first sign-in with this number; or what to say. Serves once."""
    tag = await proved(session, runtime, holder, typed)
    return tag if isinstance(tag, Problem) else await handle_of(session, tag, PHONE)


async def proved(session: AsyncSession, runtime: Runtime, holder: str, typed: str) -> bytes | Problem:
    """The tag of the number that the code went to; or what to say. Serves once."""
    row = await people.newest_code(session, secrets.digest(holder), datetime.now(UTC))
    if row is None or row.tries >= rules.CODE_TRIES:
        return rules.NOT_PROVEN()
    row.tries += 1
    if not secrets.same(row.hash.hex(), secrets.keyed(runtime.settings.index_key, holder, typed.strip()).hex()):
        return rules.NOT_PROVEN()
    row.tries = rules.CODE_TRIES
    return row.tag


async def handle_of(session: AsyncSession, tag: bytes, kind: str) -> Handle:
    """The handle with this tag; a new person's where there is none."""
    await people.lock_handle(session, tag)
    known = await people.handle(session, tag)
    if known:
        return known
    made = Handle(tag=tag, person=await new_person(session), kind=kind)
    session.add(made)
    return made


async def new_person(session: AsyncSession) -> uuid.UUID:
    """Somebody who was not known here."""
    person = uuid.uuid4()
    session.add(Resident(person=person, since=datetime.now(UTC)))
    await session.flush()
    return person
