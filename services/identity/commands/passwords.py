"""Staff by password and authenticator: both at once, so that nobody learns which of them did not fit."""

import asyncio
import secrets as random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.ext.asyncio import AsyncSession
from zxcvbn import zxcvbn

from services.identity.commands import throttle
from services.identity.queries import people
from services.identity.rules import secrets
from services.identity.rules import sign_in as rules
from services.identity.tables import Password
from shared.problems import Problem
from shared.seals import Sealer
from shared.settings import Settings, in_turn

HASHER = PasswordHasher()  # argon2id, 64 MiB, 3 passes (RFC 9106, 4)
AT_ONCE = asyncio.Semaphore(2)  # hashes, each takes a core and 64 MiB
ROOM = 5  # tries that may hold a connection to the database; the others are everybody else's
_IN_ROOM = asyncio.Semaphore(ROOM)
PATIENCE = 8.0  # seconds; the gateway waits 15
STEP = 30  # seconds (RFC 6238)
_NOBODYS = HASHER.hash(random.token_urlsafe(32))


@dataclass(frozen=True)
class Typed:
    """What somebody typed, and the mark of a browser that they used before."""

    staff: str
    password: str
    code: str
    device: str


@asynccontextmanager
async def place_to_wait() -> AsyncIterator[None]:
    """A place among the few whose password is looked at, each in turn; 503 `sign-in-busy` where none gets free in time.

    Whoever waits here holds no connection.
    """
    try:
        await asyncio.wait_for(_IN_ROOM.acquire(), PATIENCE)
    except TimeoutError:
        raise rules.BUSY() from None
    try:
        yield
    finally:
        _IN_ROOM.release()


async def prove(session: AsyncSession, settings: Settings, typed: Typed) -> Problem | None:
    """None when it fits; otherwise what to say, the same for a wrong password, a wrong code and an unknown account."""
    tag = secrets.keyed(settings.index_key, "staff", typed.staff, typed.device)
    refused = await throttle.paused(session, tag)
    if refused:
        return refused
    row = await people.password(session, typed.staff)
    fits = await _fits(row.hash if row else _NOBODYS, typed.password)
    step = _step(settings, row, typed.code) if row else 0
    if row is None or not fits or not step or not await people.active_staff(session, typed.staff):
        await throttle.failed(session, tag)
        return rules.NOT_PROVEN()
    row.totp_step = step
    await throttle.passed(session, tag)
    return None


async def _fits(hashed: str, password: str) -> bool:
    async with AT_ONCE:
        try:
            return await asyncio.to_thread(HASHER.verify, hashed, password[: rules.PASSWORD.stop])
        except (VerificationError, InvalidHashError):
            return False


def _step(settings: Settings, row: Password, code: str) -> int:
    """The time step that the code belongs to, newer than the last used one; 0 when there is none."""
    totp = pyotp.TOTP(opened(settings, row))
    now = int(datetime.now(UTC).timestamp()) // STEP
    for step in (now - 1, now, now + 1):
        if step > row.totp_step and secrets.same(code.strip(), totp.generate_otp(step)):
            return step
    return 0


async def choose(session: AsyncSession, settings: Settings, staff: str, password: str, totp: str) -> None:
    """Set both; 422 `password-weak` for what is easily guessed."""
    if len(password) not in rules.PASSWORD or zxcvbn(password[:72], user_inputs=[staff])["score"] < rules.STRENGTH:
        raise rules.PASSWORD_WEAK()
    async with AT_ONCE:
        hashed = await asyncio.to_thread(HASHER.hash, password)
    await put(session, settings, staff, hashed, totp)


async def put(session: AsyncSession, settings: Settings, staff: str, hashed: str, totp: str) -> None:
    """Keep a hash and an authenticator's secret (base32), sealed."""
    await session.merge(Password(staff=staff, hash=hashed, totp=_sealer(settings, staff).seal(totp), totp_step=0))


def opened(settings: Settings, row: Password) -> str:
    """The authenticator's secret."""
    return _sealer(settings, row.staff).open(row.totp) or ""


async def reseal(session: AsyncSession, settings: Settings) -> int:
    """Seal every secret under the first key that an older one sealed; how many no key of ours opens."""
    lost = 0
    for row in await people.passwords(session):
        secret = _sealer(settings, row.staff).open(row.totp)
        if secret is None:
            lost += 1
        elif _newest(settings, row.staff).open(row.totp) is None:
            row.totp = _newest(settings, row.staff).seal(secret)
    return lost


def _sealer(settings: Settings, staff: str) -> Sealer:
    newest, *older = in_turn(settings.kek)
    return Sealer(newest, _use(staff), *older)


def _newest(settings: Settings, staff: str) -> Sealer:
    return Sealer(in_turn(settings.kek)[0], _use(staff))


def _use(staff: str) -> str:
    return f"jieli-totp-v1|{staff}"
