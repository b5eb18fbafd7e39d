"""Access tokens: issued to proven callers, each bound to the caller's key; revoked at once when they ask for it."""

import hmac
import time
import uuid
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.errors import JoseError
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import keys, proving
from services.identity.queries import people
from services.identity.rules import assertions, clients, tokens
from services.identity.rules.tokens import Holder, Minting, Principal
from services.identity.schemas.tokens import RevocationForm, TokenForm, TokenOut
from services.identity.tables import Client
from shared import ids, outbox
from shared.contracts import vocabulary
from shared.contracts.events import TokenRevoked
from shared.seals import Sealer
from shared.settings import Settings, in_turn


def minting(settings: Settings) -> Minting:
    """What this region's tokens have in common."""
    key, *older = in_turn(settings.token_key)
    hidden = Sealer(key, "jieli-token-v1", *older)
    return Minting(settings.public_url, settings.region, hidden, bytes.fromhex(settings.index_key))


async def issue(session: AsyncSession, settings: Settings, form: TokenForm, proof: str) -> TokenOut:
    """Issue an access token for a proven caller, bound to its key; RFC 6749 error codes otherwise."""
    if form.grant_type not in (clients.CLIENT_CREDENTIALS, clients.JWT_BEARER):
        raise tokens.GRANT_TYPE(error="unsupported_grant_type")
    key = await proving.key(session, settings, proof, "/v1/token")
    details = tokens.details(form.authorization_details, vocabulary.load(settings.vocabulary_key))
    if form.grant_type == clients.CLIENT_CREDENTIALS:
        client = await proving.client(session, settings, form)
        principal, holder = system(client), Holder(client.id, key, details)
    else:
        issuer, principal = await _vouched_for(session, settings, form.assertion)
        holder = Holder(issuer, key, details)
    return signed(settings, principal, holder)


def system(client: Client) -> Principal:
    """A client that speaks for its own organisation."""
    return Principal("client", client.id, client.organization, ("system",))


def signed(settings: Settings, principal: Principal, holder: Holder) -> TokenOut:
    """An access token that says so."""
    key = keys.ring(settings).signing
    claims = minting(settings).claims(principal, holder, int(time.time()))
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    token = jwt.encode(header, claims | {"jti": str(ids.new())}, key, algorithms=proving.ALGORITHMS)
    granted = claims.get("authorization_details")
    return TokenOut(access_token=token, token_type="DPoP", expires_in=tokens.LIFETIME, authorization_details=granted)  # noqa: S106 - RFC 9449, 5


async def revoke(session: AsyncSession, settings: Settings, form: RevocationForm) -> None:
    """Revoke a token of the asking client; one that is not its own or unknown changes nothing (RFC 7009, 2.2)."""
    client = await proving.client(session, settings, form)
    try:
        claims = jwt.decode(form.token, keys.ring(settings).published, algorithms=proving.ALGORITHMS).claims
    except (JoseError, ValueError):
        return
    if claims.get("client_id") == client.id:
        until = datetime.fromtimestamp(claims["exp"], UTC)
        await outbox.emit(session, claims["jti"], TokenRevoked(token=claims["jti"], until=until))


async def _vouched_for(session: AsyncSession, settings: Settings, assertion: str) -> tuple[str, Principal]:
    issuer = await people.issuer(session, str(proving.unverified(assertion).get("iss")))
    if issuer is None:
        raise assertions.INVALID_GRANT(error="invalid_grant")
    claims = proving.verified(assertion, issuer.jwk, settings)
    await proving.use(session, issuer.id, claims)
    kind, _, name = str(claims.get("sub")).partition(":")
    if kind == "staff":
        staff = await people.active_staff(session, name)
        if staff:
            return issuer.id, Principal("staff", staff.id, staff.organization, tuple(staff.roles))
    if kind == "resident" and name:
        tag = hmac.digest(bytes.fromhex(settings.index_key), f"{issuer.id}|{name}".encode(), "sha256")
        person = await people.person(session, tag, uuid.uuid4())
        return issuer.id, Principal("resident", str(person))
    raise assertions.INVALID_GRANT(error="invalid_grant")
