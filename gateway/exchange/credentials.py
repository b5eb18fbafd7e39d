"""Who is calling: access tokens of identity (RFC 9068), verified once, remembered until they end or are revoked."""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode

from gateway.exchange.forward import Services
from shared import problems
from shared.settings import Settings

REMEMBERED = 10_000  # tokens
KEYS_AGAIN = 5.0  # seconds until unknown keys are asked for again

TOKEN_MISSING = problems.kind(401, "token-missing", "No access token", "Send Authorization: Bearer <access token>.")
TOKEN_INVALID = problems.kind(
    401, "token-invalid", "The access token is not valid here", "Get a token from this region's /v1/token."
)
TOKEN_EXPIRED = problems.kind(401, "token-expired", "The access token has run out", "Get a fresh token.")
TOKEN_REVOKED = problems.kind(401, "token-revoked", "This client was revoked", "Ask your administrator.")


@dataclass(frozen=True)
class Caller:
    """Whoever holds a valid token; `person` is set for residents only."""

    kind: str
    subject: str
    client: str
    organisation: str
    roles: frozenset[str]
    expires: int

    @property
    def person(self) -> str:
        """The person's own id, for a resident."""
        return self.subject if self.kind == "resident" else ""


class Credentials:
    """Verifies bearer tokens against identity's published keys."""

    def __init__(self, settings: Settings, services: Services) -> None:
        self._issuer = settings.public_url
        self._services = services
        self._keys: dict[str, ECKey] = {}
        self._asked = float("-inf")
        self._asking = asyncio.Lock()
        self._known: OrderedDict[bytes, Caller] = OrderedDict()

    async def caller(self, authorization: str, revoked: frozenset[str]) -> Caller:
        """The caller behind an Authorization header; 401 with the reason otherwise."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TOKEN_MISSING()
        name = hashlib.sha256(token.encode()).digest()
        caller = self._known.get(name)
        if caller is None:
            caller = await self._verify(token)
            self._known[name] = caller
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if caller.expires <= time.time():
            raise TOKEN_EXPIRED()
        if caller.client in revoked:
            raise TOKEN_REVOKED()
        return caller

    async def _verify(self, token: str) -> Caller:
        try:
            header = json.loads(urlsafe_b64decode(token.partition(".")[0].encode()))
            decoded = jwt.decode(token, await self._key(str(header["kid"])), algorithms=["ES256"])
        except (JoseError, ValueError, KeyError, TypeError):
            raise TOKEN_INVALID() from None
        claims = decoded.claims
        if decoded.header.get("typ") != "at+jwt" or {claims.get("iss"), claims.get("aud")} != {self._issuer}:
            raise TOKEN_INVALID()
        return Caller(
            kind=str(claims["kind"]),
            subject=str(claims["sub"]),
            client=str(claims["client_id"]),
            organisation=str(claims.get("organisation", "")),
            roles=frozenset(claims.get("roles", ())),
            expires=int(claims["exp"]),
        )

    async def _key(self, kid: str) -> ECKey:
        """The key of this name; whoever needs one that is being asked for waits for the answer."""
        if kid not in self._keys:
            async with self._asking:
                if kid not in self._keys and time.monotonic() - self._asked > KEYS_AGAIN:
                    try:
                        answer = await self._services.public("identity", "/.well-known/jwks.json")
                    finally:
                        self._asked = time.monotonic()
                    self._keys = {key["kid"]: ECKey.import_key(key) for key in answer["keys"]}
        return self._keys[kid]
