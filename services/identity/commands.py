"""What changes identity: tokens are issued, clients revoked, the installation's organisations seeded."""

import hmac
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from services.identity import queries, rules
from services.identity.schemas import Form, TokenOut
from services.identity.tables import AssertionIssuer, Client, Organization, Staff
from shared import ids, outbox, problems
from shared.contracts import vocabulary
from shared.contracts.events import ClientRegistered, ClientRevoked, OrganizationRegistered
from shared.grants import Grant
from shared.runtime import Runtime
from shared.settings import Settings

ALGORITHMS = ["ES256"]
SIGNING_KEY = "token.pem"  # file in the secrets directory


def signing_key(settings: Settings) -> ECKey:
    """The key that signs access tokens, named by its thumbprint (RFC 7638)."""
    key = ECKey.import_key((settings.secrets_dir / SIGNING_KEY).read_text())
    key.ensure_kid()
    return key


async def issue_token(session: AsyncSession, settings: Settings, form: Form) -> TokenOut:
    """Issue an access token for a proven caller; RFC 6749 error codes otherwise."""
    if form.grant_type == "client_credentials":
        principal = await _client(session, settings, form)
    elif form.grant_type == rules.JWT_BEARER:
        principal = await _vouched_for(session, settings, form.assertion)
    else:
        raise rules.GRANT_TYPE(error="unsupported_grant_type")
    key = signing_key(settings)
    claims = rules.token_claims(principal, settings.public_url, settings.region, int(time.time()))
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    token = jwt.encode(header, claims | {"jti": str(ids.new())}, key, algorithms=ALGORITHMS)
    return TokenOut(access_token=token, token_type="Bearer", expires_in=rules.TOKEN_LIFETIME)  # noqa: S106 - RFC 6750


async def _client(session: AsyncSession, settings: Settings, form: Form) -> rules.Principal:
    if form.client_assertion_type != rules.CLIENT_ASSERTION:
        raise rules.INVALID_CLIENT(error="invalid_client")
    named = _unverified(form.client_assertion).get("sub")
    client = await queries.active_client(session, str(named))
    if client is None:
        raise rules.INVALID_CLIENT(error="invalid_client")
    claims = _verified(form.client_assertion, client.jwk, settings)
    if claims.get("iss") != client.id or claims.get("sub") != client.id:
        raise rules.INVALID_CLIENT(error="invalid_client")
    await _use(session, client.id, claims)
    return rules.Principal("client", client.id, client.id, client.organization, ("system",))


async def _vouched_for(session: AsyncSession, settings: Settings, assertion: str) -> rules.Principal:
    issuer = await queries.issuer(session, str(_unverified(assertion).get("iss")))
    if issuer is None:
        raise rules.INVALID_GRANT(error="invalid_grant")
    claims = _verified(assertion, issuer.jwk, settings)
    await _use(session, issuer.id, claims)
    kind, _, name = str(claims.get("sub")).partition(":")
    if kind == "staff":
        staff = await queries.active_staff(session, name)
        if staff:
            return rules.Principal("staff", staff.id, issuer.id, staff.organization, tuple(staff.roles))
    if kind == "resident" and name:
        tag = hmac.digest(bytes.fromhex(settings.index_key), f"{issuer.id}|{name}".encode(), "sha256")
        person = await queries.person(session, tag, uuid.uuid4())
        return rules.Principal("resident", str(person), issuer.id)
    raise rules.INVALID_GRANT(error="invalid_grant")


def _unverified(token: str) -> dict[str, Any]:
    """Whose key to look for; nothing in it is believed before the signature is checked."""
    try:
        claims = json.loads(urlsafe_b64decode(token.split(".")[1].encode()))
    except (IndexError, ValueError):
        raise rules.INVALID_CLIENT("The assertion is no JWT.", error="invalid_client") from None
    return claims if isinstance(claims, dict) else {}


def _verified(token: str, jwk: dict[str, str], settings: Settings) -> dict[str, Any]:
    try:
        claims = jwt.decode(token, ECKey.import_key({**jwk}), algorithms=ALGORITHMS).claims
    except (JoseError, ValueError):
        raise rules.INVALID_CLIENT("The signature is not by the registered key.", error="invalid_client") from None
    rules.check_times(claims, int(time.time()))
    audience = claims.get("aud")
    allowed = {settings.public_url, f"{settings.public_url}/v1/token"}
    if not allowed & set(audience if isinstance(audience, list) else [audience]):
        raise rules.INVALID_GRANT(f"The assertion's aud must be {settings.public_url}.", error="invalid_grant")
    return claims


async def _use(session: AsyncSession, issuer: str, claims: dict[str, Any]) -> None:
    jti = str(claims.get("jti", ""))
    row = {"issuer": issuer, "jti": jti, "exp": datetime.fromtimestamp(claims["exp"] + rules.CLOCK_SKEW, UTC)}
    used = await session.execute(
        text(
            "INSERT INTO used_assertion (issuer, jti, expires_at) VALUES (:issuer, :jti, :exp)"
            " ON CONFLICT DO NOTHING RETURNING jti"
        ),
        row,
    )
    if not 8 <= len(jti) <= 128 or used.first() is None:
        raise rules.INVALID_GRANT("The assertion was used before or has no jti.", error="invalid_grant")


async def revoke_client(session: AsyncSession, grant: Grant, client_id: str) -> Client:
    """Revoke a client's key for good; an administrator does it within the own organisation."""
    client = await queries.client(session, client_id)
    if client is None or client.organization != grant.actor.organisation:
        raise problems.NOT_FOUND()
    if client.state == rules.CLIENT.initial:
        client.state = rules.CLIENT.after(client.state, "revoke")
        session.add(client)
        await outbox.emit(session, client.id, ClientRevoked(client=client.id, organization=client.organization))
    return client


async def seed(runtime: Runtime) -> None:
    """Take organisations, clients, staff and issuers from the seed file; the same file changes nothing."""
    path = runtime.settings.seed_file
    if path is None:
        return
    content = json.loads(path.read_text())
    closed = vocabulary.load(runtime.settings.vocabulary_key)
    async with runtime.sessions() as session, session.begin():
        for entry in content["organizations"]:
            rules.check_organization(entry["name"], entry["kind"], closed)
            if await _put(session, Organization, "organization", entry):
                await outbox.emit(session, entry["organization"], OrganizationRegistered.model_validate(entry))
        for entry in content["clients"]:
            if await _put(session, Client, "client", entry):
                event = ClientRegistered(client=entry["client"], organization=entry["organization"])
                await outbox.emit(session, entry["client"], event)
        for entry in content["staff"]:
            rules.check_roles(tuple(entry["roles"]))
            await _put(session, Staff, "staff", entry)
        for entry in content["assertion_issuers"]:
            await _put(session, AssertionIssuer, "issuer", entry)


async def _put(session: AsyncSession, table: type[SQLModel], noun: str, entry: dict[str, Any]) -> bool:
    """Insert or update a row by its id, which the file calls by its noun; True when something changed."""
    values = {"id" if key == noun else key: value for key, value in entry.items()}
    row = await queries.known(session, table, values["id"])
    ended = getattr(row, "state", "active") == "revoked"
    if ended or (row is not None and all(getattr(row, key) == value for key, value in values.items())):
        return False
    await session.merge(table(**values))
    await session.flush()
    return True
