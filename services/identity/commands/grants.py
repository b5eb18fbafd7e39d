"""What each grant type is worth: for whom the token is, and for what (RFC 6749, 4.1, 4.4 and 6)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import sessions
from services.identity.queries import people
from services.identity.queries import sessions as queries
from services.identity.rules import assertions, secrets, tokens
from services.identity.rules import authorization as rules
from services.identity.rules.authorization import AUTHORIZATION
from services.identity.rules.clients import may_ask
from services.identity.rules.sessions import rests_on
from services.identity.rules.tokens import Principal
from services.identity.schemas.tokens import TokenForm
from services.identity.tables import Authorization, Client, Refresh, Session
from shared.problems import Problem
from shared.runtime import Runtime


@dataclass(frozen=True)
class Asking:
    """A proven client with a proven key, and what it asks for."""

    session: AsyncSession
    runtime: Runtime
    client: Client
    key: str
    form: TokenForm


@dataclass(frozen=True)
class Granted:
    """For whom a token is; `details` as the request wrote them, `refresh` a fresh secret, `authorization` a code's.

    `issued` is the kind of token, which an exchange has to say (RFC 8693, 2.2.1).
    """

    principal: Principal
    details: str
    refresh: str = ""
    authorization: Authorization | None = None
    issued: str = ""


async def client_credentials(asking: Asking) -> Granted:
    """A system speaks for its own organisation."""
    client = asking.client
    return Granted(Principal("client", client.id, client.organization, ("system",)), asking.form.authorization_details)


async def authorization_code(asking: Asking) -> Granted | Problem:
    """A code, once, by the client and the key that it was made for; using it again ends the session (RFC 6749, 4.1.2).

    That refusal is returned, not raised, so that the end of the session stays.
    """
    row = await queries.coded(asking.session, secrets.digest(asking.form.code))
    if row is None or row.client != asking.client.id:
        raise _invalid()
    if row.state == "redeemed":
        await _stolen(asking.session, row)
        return _invalid()
    fits = row.redirect_uri == asking.form.redirect_uri and row.key in ("", asking.key)
    if (
        not fits
        or row.expires_at <= datetime.now(UTC)
        or not rules.verifies(asking.form.code_verifier, row.code_challenge)
    ):
        raise _invalid()
    row.state = AUTHORIZATION.after(row.state, "redeem")
    held = await queries.by_id(asking.session, row.session) if row.session else None
    principal = await principal_of(asking.session, held)
    refresh = await _refresh(asking, held, row.details) if held else ""
    return Granted(principal, row.details, refresh, row)


async def refresh_token(asking: Asking) -> Granted:
    """A refresh token, again and again by the same client and key while the session lasts (FAPI: not rotated)."""
    return Granted(*await refreshed(asking, asking.form.refresh_token))


async def refreshed(asking: Asking, secret: str) -> tuple[Principal, str]:
    """Whom a refresh token of this client and key names, and for what; the session it belongs to stays awake."""
    row = await queries.refresh(asking.session, secrets.digest(secret))
    if row is None or (row.client, row.key) != (asking.client.id, asking.key):
        raise _invalid()
    held = await queries.by_id(asking.session, row.session)
    principal = await principal_of(asking.session, held)
    if held:
        held.used_at = datetime.now(UTC)
    return principal, row.details


async def principal_of(session: AsyncSession, held: Session | None) -> Principal:
    """Whom a session names now: staff with today's roles, or a resident. `invalid_grant` once it has ended."""
    if held is None or not sessions.awake(held):
        raise _invalid()
    methods = rests_on(held.method, held.on_paper)
    proof = (str(held.id), held.level, int(held.authenticated_at.timestamp()), methods)
    if held.kind == "resident":
        return Principal("resident", held.subject, "", (), *proof)
    staff = await people.active_staff(session, held.subject)
    if staff is None:
        raise _invalid()
    return Principal("staff", staff.id, staff.organization, tuple(staff.roles), *proof)


async def _refresh(asking: Asking, held: Session, details: str) -> str:
    secret = secrets.fresh()
    asking.session.add(
        Refresh(tag=secrets.digest(secret), session=held.id, client=asking.client.id, key=asking.key, details=details)
    )
    return secret


async def _stolen(session: AsyncSession, row: Authorization) -> None:
    held = await queries.by_id(session, row.session) if row.session else None
    if held and held.state == "open":
        await sessions.end(session, held)


def _invalid() -> Problem:
    return assertions.INVALID_GRANT(error="invalid_grant")


GRANTS: dict[str, Callable[[Asking], Awaitable[Granted | Problem]]] = {
    "client_credentials": client_credentials,
    "authorization_code": authorization_code,
    "refresh_token": refresh_token,
}


def check_registered(client: Client, grant_type: str) -> None:
    """400 `unauthorized_client` when the client is not registered for this grant type."""
    if not may_ask(client.grants, grant_type):
        raise tokens.GRANT_NOT_REGISTERED(error="unauthorized_client")
