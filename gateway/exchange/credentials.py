"""Who is calling: access tokens of identity (RFC 9068), each with a proof of the key it is bound to (RFC 9449)."""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.exchange import queries
from gateway.exchange.forward import Services
from gateway.exchange.persons import NOBODY, Acting
from gateway.kept import Together
from shared import problems
from shared.contracts import proofs
from shared.seals import Sealer
from shared.settings import Settings, in_turn

REMEMBERED = 10_000  # tokens
KEYS_AGAIN = 5.0  # seconds until unknown keys are asked for again
KEYS_RENEWED = 60.0  # seconds after which all keys are asked for again

log = structlog.get_logger()

TOKEN_MISSING = problems.kind(
    401, "token-missing", "No access token", "Send Authorization: DPoP <access token>, and a DPoP proof (RFC 9449)."
)
TOKEN_INVALID = problems.kind(
    401, "token-invalid", "The access token is not valid here", "Get a token from this region's /v1/token."
)
TOKEN_EXPIRED = problems.kind(401, "token-expired", "The access token has run out", "Get a fresh token.")
TOKEN_REVOKED = problems.kind(401, "token-revoked", "This token was revoked", "Sign in again, or ask who revoked it.")
PROOF_INVALID = problems.kind(
    401, "proof-invalid", "The token's key is not proved", "Sign a fresh DPoP proof for this request (RFC 9449)."
)


@dataclass(frozen=True)
class Presented:
    """What a request shows of its caller; `url` is its address without the query."""

    authorization: str
    proof: str
    method: str
    url: str


@dataclass(frozen=True)
class Caller:
    """Whoever holds a valid token; `subject` is a client, staff or person id, `names` what a revocation may name.

    `client_organisation` is whose the front end or system is by which they call.
    """

    kind: str
    subject: str
    client: str
    client_organisation: str
    organisation: str
    roles: frozenset[str]
    expires: int
    key: str
    names: frozenset[tuple[str, str]]
    details: frozenset[tuple[str, str]] = frozenset()
    level: str = ""
    authenticated: int = 0
    methods: frozenset[str] = frozenset()
    acting: Acting = NOBODY

    @property
    def person(self) -> str:
        """The person's own id, for a resident."""
        return self.subject if self.kind == "resident" else ""

    @property
    def session(self) -> str:
        """In which session she calls herself; nothing where somebody acts for her."""
        held = next((name for kind, name in self.names if kind == "session"), "")
        return "" if self.acting.kind else held


class Credentials:
    """Verifies tokens against identity's published keys, and the proof that comes with each request."""

    def __init__(self, settings: Settings, services: Services, engine: AsyncEngine) -> None:
        self._issuer = settings.public_url
        self._services = services
        self._first_use = Together(engine, queries.first_uses)
        key, *older = in_turn(settings.token_key)
        self._hidden = Sealer(key, "jieli-token-v1", *older)
        self._keys: dict[str, ECKey] = {}
        self._asked = float("-inf")
        self._asking = asyncio.Lock()
        self._known: OrderedDict[bytes, Caller] = OrderedDict()

    async def close(self) -> None:
        """Give the connection for proofs back."""
        await self._first_use.close()

    async def caller(self, presented: Presented, revoked: frozenset[tuple[str, str]]) -> Caller:
        """The caller behind a request; 401 with the reason otherwise."""
        holder = await self.holder(presented, revoked)
        await self.prove(presented, holder)
        return holder

    async def holder(self, presented: Presented, revoked: frozenset[tuple[str, str]]) -> Caller:
        """Whose token this is; whether it is them who show it is not known before `prove`."""
        scheme, _, token = presented.authorization.partition(" ")
        if scheme.lower() != "dpop" or not token:
            raise TOKEN_MISSING()
        caller = await self._remembered(token)
        if caller.expires <= time.time():
            raise TOKEN_EXPIRED()
        if caller.names & revoked:
            raise TOKEN_REVOKED()
        return caller

    async def _remembered(self, token: str) -> Caller:
        name = hashlib.sha256(token.encode()).digest()
        caller = self._known.get(name)
        if caller is None:
            caller = self._known[name] = await self._verify(token)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return caller

    async def prove(self, presented: Presented, holder: Caller) -> None:
        """The request was made with the token's key, and the proof is fresh; 401 otherwise."""
        token, key = presented.authorization.partition(" ")[2], holder.key
        try:
            proof = proofs.verify(presented.proof, presented.method, presented.url, int(time.time()), token)
        except proofs.Unproven as error:
            raise PROOF_INVALID(str(error)) from None
        if proof.thumbprint != key:
            raise PROOF_INVALID("The token is bound to another key.")
        name = hashlib.sha256(f"{key}|{proof.jti}".encode()).digest()
        if not await self._first_use((name, datetime.fromtimestamp(proof.expires, UTC))):
            raise PROOF_INVALID("The proof was used before; sign one for each request.")

    async def _verify(self, token: str) -> Caller:
        try:
            header = json.loads(urlsafe_b64decode(token.partition(".")[0].encode()))
            decoded = jwt.decode(token, await self._key(str(header["kid"])), algorithms=["ES256"])
            claims = decoded.claims
            if decoded.header.get("typ") != "at+jwt" or {claims["iss"], claims["aud"]} != {self._issuer}:
                raise TOKEN_INVALID()
            return self._caller(claims)
        except proofs.MALFORMED:
            raise TOKEN_INVALID() from None

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        resident = claims["kind"] == "resident"
        subject = self._hidden.open(claims["person"]) if resident else claims["sub"]
        if not subject:
            raise TOKEN_INVALID()
        details = claims.get("authorization_details", ())
        acting = _acting(claims["act"]) if "act" in claims else NOBODY
        names = {("client", claims["client_id"]), ("token", claims["jti"]), ("session", claims.get("sid", ""))}
        if acting.kind:
            names.add(("session", acting.through))
        return Caller(
            kind=str(claims["kind"]),
            subject=str(subject),
            client=str(claims["client_id"]),
            client_organisation=str(claims["client_organisation"]),
            organisation=str(claims.get("organisation", "")),
            roles=frozenset(claims.get("roles", ())),
            expires=int(claims["exp"]),
            key=str(claims["cnf"]["jkt"]),
            names=frozenset(names),
            details=frozenset((each["identifier"], each["purpose"]) for each in details),
            level=str(claims.get("acr", "")),
            authenticated=int(claims.get("auth_time", 0)),
            methods=frozenset(map(str, claims.get("amr", ()))),
            acting=acting,
        )

    async def _key(self, kid: str) -> ECKey:
        """The key of this name; whoever needs one that is being asked for waits for the answer."""
        if kid not in self._keys:
            async with self._asking:
                if kid not in self._keys and time.monotonic() - self._asked > KEYS_AGAIN:
                    await self._ask()
        return self._keys[kid]

    async def follow(self, every: float = KEYS_RENEWED) -> None:
        """Ask for the keys again and again: a new one is known before its first use, a retired one is good no more."""
        while True:
            await asyncio.sleep(every)
            try:
                async with self._asking:
                    await self._ask()
            except (problems.Problem, *proofs.MALFORMED) as error:
                log.warning("keys_not_read", reason=type(error).__name__)

    async def _ask(self) -> None:
        try:
            answer = await self._services.public("identity", "/.well-known/jwks.json")
        finally:
            self._asked = time.monotonic()
        published = {key["kid"]: ECKey.import_key(key) for key in answer["keys"]}
        if self._keys.keys() - published.keys():
            self._known.clear()
        self._keys = published


def _acting(act: Mapping[str, Any]) -> Acting:
    if not act["kind"]:
        raise TOKEN_INVALID()
    return Acting(
        kind=str(act["kind"]),
        subject=str(act["sub"]),
        through=str(act["through"]),
        organisation=str(act.get("organisation", "")),
        roles=frozenset(act.get("roles", ())),
        task=str(act.get("task", "")),
        witness=str(act.get("witness", "")),
    )
