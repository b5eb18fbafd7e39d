"""Who asks the authorization server, and with which key: private_key_jwt (RFC 7523), DPoP (RFC 9449), each once."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.queries import clients
from services.identity.rules import assertions, tokens
from services.identity.rules.clients import CLIENT_ASSERTION, PROVES
from services.identity.schemas.tokens import Form
from services.identity.tables import Client
from shared.contracts import proofs
from shared.settings import Settings

ALGORITHMS = ["ES256"]
_USE = text(
    "INSERT INTO used_assertion (issuer, jti, expires_at) VALUES (:issuer, :jti, :exp)"
    " ON CONFLICT DO NOTHING RETURNING jti"
)


async def client(session: AsyncSession, settings: Settings, form: Form) -> Client:
    """The client that a signed assertion proves; 401 `invalid_client` otherwise."""
    if form.client_assertion_type != CLIENT_ASSERTION:
        raise assertions.INVALID_CLIENT(error="invalid_client")
    named = assertions.name(unverified(form.client_assertion).get("sub"))
    found = await clients.active(session, named)
    if found is None or form.client_id not in ("", found.id):
        raise assertions.INVALID_CLIENT(error="invalid_client")
    claims = verified(form.client_assertion, await _keys(session, found.id, form.client_assertion), settings)
    if claims.get("iss") != found.id or claims.get("sub") != found.id:
        raise assertions.INVALID_CLIENT(error="invalid_client")
    await use(session, found.id, claims)
    return found


async def key(session: AsyncSession, settings: Settings, proof: str, path: str) -> str:
    """The thumbprint of the key that the request was made with; 400 `invalid_dpop_proof` otherwise."""
    try:
        proven = proofs.verify(proof, "POST", settings.public_url + path, int(time.time()))
    except proofs.Unproven as error:
        raise tokens.INVALID_PROOF(str(error), error="invalid_dpop_proof") from None
    if not await _first_use(session, f"dpop|{proven.thumbprint}", proven.jti, proven.expires):
        raise tokens.INVALID_PROOF("The proof was used before.", error="invalid_dpop_proof")
    return proven.thumbprint


async def _keys(session: AsyncSession, client_id: str, token: str) -> list[dict[str, str]]:
    """The active keys of a client; the one that the header names, if it is one of them."""
    active = [each for each in await clients.keys(session, [client_id]) if each.state == PROVES]
    named = assertions.name(_part(token, 0).get("kid"))
    return [each.jwk for each in active if each.id == named] or [each.jwk for each in active]


def unverified(token: str) -> dict[str, Any]:
    """Whose key to look for; nothing in it is believed before the signature is checked."""
    return _part(token, 1)


def _part(token: str, place: int) -> dict[str, Any]:
    try:
        claims = json.loads(urlsafe_b64decode(token.split(".")[place].encode()))
    except (IndexError, *proofs.MALFORMED):
        raise assertions.INVALID_CLIENT("The assertion is no JWT.", error="invalid_client") from None
    return claims if isinstance(claims, dict) else {}


def verified(token: str, jwks: Iterable[dict[str, str]], settings: Settings) -> dict[str, Any]:
    """The claims of an assertion that was signed by one of these keys, for us, for now."""
    claims = next(filter(None, (_decoded(token, jwk) for jwk in jwks)), None)
    if claims is None:
        raise assertions.INVALID_CLIENT("The signature is not by the registered key.", error="invalid_client")
    assertions.check_audience(claims, settings.public_url)
    assertions.check_times(claims, int(time.time()))
    return claims


def _decoded(token: str, jwk: dict[str, str]) -> dict[str, Any] | None:
    try:
        return jwt.decode(token, ECKey.import_key({**jwk}), algorithms=ALGORITHMS).claims
    except proofs.MALFORMED:
        return None


async def use(session: AsyncSession, issuer: str, claims: dict[str, Any]) -> None:
    """Use up an assertion; 401 `invalid_client` when it was used before or has no id."""
    jti = assertions.name(claims.get("jti"))
    if len(jti) not in assertions.JTI or not await _first_use(session, issuer, jti, claims["exp"]):
        raise assertions.INVALID_CLIENT("The assertion was used before or has no jti.", error="invalid_client")


async def _first_use(session: AsyncSession, issuer: str, jti: str, expires: int) -> bool:
    kept = datetime.fromtimestamp(expires + assertions.CLOCK_SKEW, UTC)
    used = await session.execute(_USE, {"issuer": issuer, "jti": jti, "exp": kept})
    return used.first() is not None
