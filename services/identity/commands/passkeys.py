"""Passkeys (WebAuthn): made by whoever is signed in, proved by a signature over a fresh challenge."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from webauthn.helpers import base64url_to_bytes, options_to_json, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.identity.queries import passkeys as queries
from services.identity.rules import paper, secrets
from services.identity.rules import sign_in as rules
from services.identity.tables import Challenge, Passkey, Session
from shared import problems
from shared.contracts import proofs
from shared.problems import Problem
from shared.settings import Settings

LIFETIME = timedelta(minutes=5)
MOST = 10  # passkeys of one person
# What reading an authenticator's answer may raise: the library meets members of any type and length, at any depth.
UNREADABLE = (WebAuthnException, IndexError, *proofs.MALFORMED)
VERIFIED = UserVerificationRequirement.REQUIRED
MALFORMED = problems.kind(422, "passkey-unreadable", "This passkey cannot be used", "Try again, or use another way.")


def origin(settings: Settings) -> str:
    """Where browsers sign in."""
    return settings.sign_in_url or settings.public_url


def party(settings: Settings) -> str:
    """The relying party: the host's name (WebAuthn, 5.1.2)."""
    return urlsplit(origin(settings)).hostname or ""


async def ask(session: AsyncSession, settings: Settings, holder: str) -> str:
    """What a browser gives its authenticator to sign in; names nobody, the passkey says whose it is. JSON."""
    options = webauthn.generate_authentication_options(rp_id=party(settings), user_verification=VERIFIED)
    await _keep(session, holder, options.challenge)
    return options_to_json(options)


async def prove(session: AsyncSession, settings: Settings, holder: str, credential: str) -> Passkey | Problem:
    """Whose passkey signed the challenge of this browser, or what to say."""
    challenge = await queries.challenge(session, secrets.digest(holder), datetime.now(UTC))
    try:
        read = parse_authentication_credential_json(credential)
        row = await queries.passkey(session, read.raw_id)
        if challenge is None or row is None:
            return rules.NOT_PROVEN()
        await session.delete(challenge)
        shown = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=challenge.challenge,
            expected_rp_id=party(settings),
            expected_origin=origin(settings),
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except UNREADABLE:
        return rules.NOT_PROVEN()
    row.sign_count = shown.new_sign_count
    return row


async def offer(session: AsyncSession, settings: Settings, holder: str, held: Session) -> str:
    """What a browser gives its authenticator to make a passkey, as JSON; nobody's name is in it."""
    known = [PublicKeyCredentialDescriptor(id=row.id) for row in await queries.of(session, held.kind, held.subject)]
    shown = held.subject if held.kind == "staff" else "接力 Jieli"
    options = webauthn.generate_registration_options(
        rp_id=party(settings),
        rp_name="接力 Jieli",
        user_name=shown,
        user_id=secrets.keyed(settings.index_key, "passkey", held.kind, held.subject),
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
    )
    await _keep(session, holder, options.challenge)
    return options_to_json(options)


async def add(session: AsyncSession, settings: Settings, holder: str, held: Session, credential: str) -> Passkey:
    """Keep a new passkey of whoever is signed in; one that was made on paper counts as paper for a day.

    Raises `passkey-unreadable`.
    """
    challenge = await queries.challenge(session, secrets.digest(holder), datetime.now(UTC))
    if challenge is None or len(await queries.of(session, held.kind, held.subject)) >= MOST:
        raise MALFORMED()
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge.challenge,
            expected_rp_id=party(settings),
            expected_origin=origin(settings),
            require_user_verification=True,
        )
    except UNREADABLE:
        raise MALFORMED() from None
    if await queries.passkey(session, made.credential_id):
        raise MALFORMED("There is this passkey already.")
    await session.delete(challenge)
    now = datetime.now(UTC)
    row = Passkey(
        id=made.credential_id,
        kind=held.kind,
        subject=held.subject,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        made_at=now,
        paper_until=paper.until(held.on_paper, now),
    )
    session.add(row)
    return row


async def locked(session: AsyncSession, key: str) -> Passkey | None:
    """The passkey that a page names so, locked."""
    try:
        return await queries.passkey(session, base64url_to_bytes(key))
    except ValueError:
        return None


async def remove(session: AsyncSession, held: Session, key: str) -> None:
    """Forget a passkey of whoever is signed in; 404 for anybody else's."""
    row = await locked(session, key)
    if row is None or (row.kind, row.subject) != (held.kind, held.subject):
        raise problems.NOT_FOUND()
    await session.delete(row)


async def forget_all(session: AsyncSession, kind: str, subject: str, of_paper: bool = False) -> None:
    """Forget every passkey of somebody, or only those that were made on paper: what opened the way to them was lost."""
    theirs = delete(Passkey).where(col(Passkey.kind) == kind, col(Passkey.subject) == subject)
    await session.execute(theirs.where(col(Passkey.paper_until).is_not(None)) if of_paper else theirs)


async def _keep(session: AsyncSession, holder: str, challenge: bytes) -> None:
    cookie = secrets.digest(holder)
    await session.execute(delete(Challenge).where(col(Challenge.cookie) == cookie))
    session.add(Challenge(cookie=cookie, challenge=challenge, expires_at=datetime.now(UTC) + LIFETIME))
