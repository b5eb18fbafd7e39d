"""The authorization code flow: a pushed request (RFC 9126), a sign-in, a code, and what the code is worth."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import proving, sessions
from services.identity.queries import clients, staff
from services.identity.queries import sessions as queries
from services.identity.rules import authorization as rules
from services.identity.rules import secrets, tokens
from services.identity.rules.authorization import AUTHORIZATION
from services.identity.rules.sessions import at_least
from services.identity.rules.staff import may_use
from services.identity.schemas.authorization import PushedOut, PushForm
from services.identity.tables import Authorization, Session
from shared import ids
from shared.contracts import vocabulary
from shared.problems import Problem
from shared.settings import Settings


@dataclass(frozen=True)
class Begun:
    """Where the browser goes now, and the cookie of its sign-in, if one is needed."""

    location: str
    cookies: dict[str, str] = field(default_factory=dict)


async def push(session: AsyncSession, settings: Settings, form: PushForm, proof: str) -> PushedOut | Problem:
    """Keep what a proven client wants to ask; the browser gets a reference alone. OAuth error codes otherwise.

    Once the client is proven a refusal is returned and not raised, so that what served stays used.
    """
    client = await proving.client(session, settings, form)
    try:
        key = await proving.key(session, settings, proof, "/v1/par") if proof else form.dpop_jkt
        rules.check(form.model_dump(), client.redirect_uris, client.signs_in)
        tokens.details(form.authorization_details, vocabulary.load(settings.vocabulary_key))
        if form.dpop_jkt not in ("", key):
            raise tokens.INVALID_PROOF("dpop_jkt is not the key of the proof.", error="invalid_dpop_proof")
    except Problem as refused:
        return refused
    secret = secrets.fresh()
    session.add(_asked(form, client.id, key, secret))
    return PushedOut(request_uri=rules.REQUEST_URN + secret, expires_in=rules.REQUEST_LIFETIME)


def _asked(form: PushForm, client: str, key: str, secret: str) -> Authorization:
    return Authorization(
        id=ids.new(),
        client=client,
        request=secrets.digest(secret),
        scope=form.scope,
        redirect_uri=form.redirect_uri,
        client_state=form.state,
        nonce=form.nonce,
        code_challenge=form.code_challenge,
        key=key,
        details=form.authorization_details,
        fresh_within=0 if form.prompt == "login" else form.max_age,
        level=form.acr_values,
        expires_at=datetime.now(UTC) + timedelta(seconds=rules.REQUEST_LIFETIME),
    )


async def begin(session: AsyncSession, settings: Settings, client_id: str, request_uri: str, cookie: str) -> Begun:
    """Open a pushed request once; back at once for whoever went on to this client before in the same session.

    Everybody else sees a page that says whose client it is: to go on, or to sign in.
    """
    secret = request_uri.removeprefix(rules.REQUEST_URN)
    row = await queries.pushed(session, secrets.digest(secret), datetime.now(UTC))
    if row is None or row.client != client_id:
        raise rules.INVALID_REQUEST("This request was never made, was used, or has run out. Begin again.")
    row.state = AUTHORIZATION.after(row.state, "open")
    held = await signed_in(session, row, cookie)
    if held and await queries.is_served(session, held.id, row.client):
        return Begun(answer(settings, row, held))
    fresh = secrets.fresh()
    row.cookie = secrets.digest(fresh)
    return Begun("/sign-in", {"jieli_sign_in": fresh})


async def signed_in(session: AsyncSession, row: Authorization, cookie: str) -> Session | None:
    """Whoever is signed in at a browser, if that is enough for what this client asks."""
    held = await sessions.current(session, cookie)
    enough = held and _satisfies(held, row) and await serves(session, row, held.kind, held.subject)
    return held if enough else None


async def serves(session: AsyncSession, row: Authorization, kind: str, subject: str) -> bool:
    """Whether somebody may sign in at this client: a resident at any, staff where `may_use` says."""
    if kind != "staff":
        return True
    return may_use((await clients.organization(session, row.client)).id, await staff.place(session, subject))


def _satisfies(held: Session, asked: Authorization) -> bool:
    age = (datetime.now(UTC) - held.authenticated_at).total_seconds()
    fresh = asked.fresh_within is None or age <= asked.fresh_within
    return held.kind == rules.kind(asked.scope) and at_least(held.level, asked.level) and fresh


def answer(settings: Settings, row: Authorization, held: Session) -> str:
    """Give the code; the address to send the browser to, with our name in it (RFC 9207)."""
    code = secrets.fresh()
    row.state = AUTHORIZATION.after(row.state, "answer")
    row.code, row.session = secrets.digest(code), held.id
    row.expires_at = datetime.now(UTC) + timedelta(seconds=rules.CODE_LIFETIME)
    return _back(row, {"code": code, "state": row.client_state, "iss": settings.public_url})


def refuse(settings: Settings, row: Authorization) -> str:
    """Whoever should sign in does not want to; the address to send the browser to."""
    row.expires_at = datetime.now(UTC)
    return _back(row, {"error": "access_denied", "state": row.client_state, "iss": settings.public_url})


def _back(row: Authorization, said: dict[str, str]) -> str:
    joint = "&" if "?" in row.redirect_uri else "?"
    return row.redirect_uri + joint + urlencode({name: value for name, value in said.items() if value})


async def client_name(session: AsyncSession, row: Authorization) -> tuple[str, str]:
    """For whom one signs in: the client's id and its organisation's name."""
    return row.client, (await clients.organization(session, row.client)).name
