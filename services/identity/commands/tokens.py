"""Access tokens: issued to proven callers, each bound to the caller's key; revoked at once when they ask for it."""

import time
from datetime import UTC, datetime

from joserfc import jwt
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import exchanges, grants, keys, proving, sessions
from services.identity.commands.grants import Asking, Granted
from services.identity.queries import sessions as queries
from services.identity.rules import secrets, tokens
from services.identity.rules.clients import TOKEN_EXCHANGE
from services.identity.rules.tokens import Holder, Minting
from services.identity.schemas.tokens import RevocationForm, TokenForm, TokenOut
from services.identity.tables import Client
from shared import ids, outbox
from shared.contracts import proofs, vocabulary
from shared.contracts.events import TokenRevoked
from shared.problems import Problem
from shared.runtime import Runtime
from shared.seals import Sealer
from shared.settings import Settings, in_turn

GRANTS = grants.GRANTS | {TOKEN_EXCHANGE: exchanges.token_exchange}


def minting(settings: Settings) -> Minting:
    """What this region's tokens have in common."""
    key, *older = in_turn(settings.token_key)
    hidden = Sealer(key, "jieli-token-v1", *older)
    return Minting(settings.public_url, settings.region, hidden, bytes.fromhex(settings.index_key))


async def issue(session: AsyncSession, runtime: Runtime, form: TokenForm, proof: str) -> TokenOut | Problem:
    """Issue an access token for a proven caller, bound to its key; RFC 6749 error codes otherwise.

    Once the client is proven a refusal is returned and not raised, so that what served stays used.
    """
    settings, grant = runtime.settings, GRANTS.get(form.grant_type)
    if grant is None:
        raise tokens.GRANT_TYPE(error="unsupported_grant_type")
    client = await proving.client(session, settings, form)
    try:
        key = await proving.key(session, settings, proof, "/v1/token")
        grants.check_registered(client, form.grant_type)
        granted = await grant(Asking(session, runtime, client, key, form))
        return granted if isinstance(granted, Problem) else _token(settings, granted, client, key)
    except Problem as refused:
        return refused


def _token(settings: Settings, granted: Granted, client: Client, key: str) -> TokenOut:
    details = tokens.details(granted.details, vocabulary.load(settings.vocabulary_key))
    return signed(settings, granted, Holder(client.id, client.organization, key, details))


def signed(settings: Settings, granted: Granted, holder: Holder) -> TokenOut:
    """What the token endpoint answers; an ID token where `openid` was asked for (OpenID Connect Core, 3.1.3.3)."""
    mint, now = minting(settings), int(time.time())
    claims = mint.claims(granted.principal, holder, now)
    asked = granted.authorization
    identity = asked and "openid" in asked.scope.split()
    return TokenOut(
        access_token=_encoded(settings, claims | {"jti": str(ids.new())}, "at+jwt"),
        token_type="DPoP",  # noqa: S106 - RFC 9449, 5
        expires_in=granted.principal.lasts(now),
        issued_token_type=granted.issued or None,
        refresh_token=granted.refresh or None,
        id_token=_encoded(settings, mint.identity(claims, asked.nonce), "JWT") if asked and identity else None,
        authorization_details=claims.get("authorization_details"),
    )


def _encoded(settings: Settings, claims: dict[str, object], kind: str) -> str:
    key = keys.ring(settings).signing
    return jwt.encode({"alg": "ES256", "typ": kind, "kid": key.kid}, claims, key, algorithms=proving.ALGORITHMS)


async def revoke(session: AsyncSession, settings: Settings, form: RevocationForm) -> None:
    """Revoke a token of the asking client; one that is not its own or unknown changes nothing (RFC 7009, 2.2)."""
    client = await proving.client(session, settings, form)
    refresh = await queries.refresh(session, secrets.digest(form.token))
    if refresh and refresh.client == client.id:
        held = await queries.by_id(session, refresh.session)
        if held and held.state == "open":
            await sessions.end(session, held)
    else:
        await _revoke_access(session, settings, client, form.token)


async def _revoke_access(session: AsyncSession, settings: Settings, client: Client, token: str) -> None:
    try:
        claims = jwt.decode(token, keys.ring(settings).published, algorithms=proving.ALGORITHMS).claims
    except proofs.MALFORMED:
        return
    if claims.get("client_id") == client.id:
        until = datetime.fromtimestamp(claims["exp"], UTC)
        await outbox.emit(session, claims["jti"], TokenRevoked(token=claims["jti"], until=until))
