"""The only way to a service: the request as it came, with a grant for exactly this call."""

import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import aiohttp
from yarl import URL

from shared import grants, problems, telemetry
from shared.grants import Actor, Grant
from shared.settings import Settings, in_turn

ANSWER_LIMIT = 4 * 1_048_576  # bytes
NOT_MODIFIED = 304  # has no body and therefore no length
DEADLINE = 15.0  # seconds for a service to answer
CONNECTIONS = 100  # per service
IDLE = 3.0  # seconds that one is kept unused: a service closes it after 5, and a write that meets the end is lost
PASSED_ON = ("content-type", "idempotency-key", "if-match", "accept", "dpop")
# Only for what anybody may read: a person's data is not kept by anybody on the way, and each release is filtered anew.
PUBLIC_PASSED_ON = (*PASSED_ON, "if-none-match")
PASSED_BACK = ("content-type", "etag", "location", "retry-after", "link", "cache-control", "www-authenticate")
COOKIES = ("cookie",)
GUARDS = ("content-security-policy", "referrer-policy", "x-content-type-options")

SERVICE_UNAVAILABLE = problems.kind(
    502, "service-unavailable", "A service does not answer", "Try the same Idempotency-Key again."
)
SERVICE_SLOW = problems.kind(
    504, "service-slow", "A service did not answer in time", "What happened is not known: try the same key again."
)


@dataclass(frozen=True)
class Answer:
    """A service's complete answer; `cookies` are the Set-Cookie lines of a page."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outgoing:
    """A request for a service; `path` is as it came, with its query. `browser`: for a page, cookies and all."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    browser: bool = False


class Services:
    """Calls services; one connection pool, closed with the app. `own_key` is of grants to this process itself."""

    def __init__(self, settings: Settings) -> None:
        self._urls = settings.service_urls
        self.own_key = secrets.token_bytes(grants.KEY)
        self._keys = {service: in_turn(key)[0] for service, key in settings.grant_keys.items()}
        self._keys[settings.app] = self.own_key
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit_per_host=CONNECTIONS, keepalive_timeout=IDLE),
            timeout=aiohttp.ClientTimeout(total=DEADLINE, sock_connect=3),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
        )

    async def close(self) -> None:
        """Close the pool."""
        await self._session.close()

    async def call(self, service: str, outgoing: Outgoing, claims: Mapping[str, Any]) -> Answer:
        """Forward one request with its grant; 502 or 504 when there is no answer.

        Never tried twice, but for a GET or PUT whose kept connection had ended: its grant serves once all the same.
        """
        passed = (
            *(PUBLIC_PASSED_ON if claims["kind"] == "public" else PASSED_ON),
            *(COOKIES if outgoing.browser else ()),
        )
        headers = {name: outgoing.headers[name] for name in passed if name in outgoing.headers}
        headers["jieli-grant"] = self.grant(service, outgoing, claims)
        trace = telemetry.traceparent()
        if trace:
            headers["traceparent"] = trace
        url = URL(self._urls[service] + outgoing.path, encoded=True)
        try:
            async with self._session.request(
                outgoing.method, url, headers=headers, data=outgoing.body or None, allow_redirects=False
            ) as response:
                length = 0 if response.status == NOT_MODIFIED else response.content_length
                if length is None or length > ANSWER_LIMIT:
                    raise SERVICE_UNAVAILABLE("The answer has no length or is too large.")
                body = await response.read()
                kept = {name: response.headers[name] for name in PASSED_BACK + GUARDS if name in response.headers}
                cookies = tuple(response.headers.getall("set-cookie", ())) if outgoing.browser else ()
                return Answer(response.status, kept, body, cookies)
        except TimeoutError:
            raise SERVICE_SLOW() from None
        except (aiohttp.ClientError, OSError):
            raise SERVICE_UNAVAILABLE() from None

    async def public(self, service: str, path: str) -> Any:
        """A public document of a service, as JSON."""
        claims = {"kind": "public", "actor": Actor("gateway", "gateway")}
        answer = await self.call(service, Outgoing("GET", path, {}), claims)
        if answer.status != 200:
            raise SERVICE_UNAVAILABLE()
        return json.loads(answer.body)

    async def keys_of(self, organisation: str) -> list[dict[str, Any]]:
        """The public keys of an organisation's own systems, as identity publishes them."""
        answer = await self.public("identity", f"/v1/organizations/{organisation}/keys")
        keys: list[dict[str, Any]] = answer["keys"]
        return keys

    async def assessed(self) -> dict[str, date]:
        """Until when the impact of each purpose is assessed, as the registry publishes it."""
        answer = await self.public("registry", "/directory/processing")
        return {each["code"]: date.fromisoformat(each["review_on"]) for each in answer["purposes"] if each["review_on"]}

    def grant(self, service: str, outgoing: Outgoing, claims: Mapping[str, Any]) -> str:
        """The grant for one request, as its header says it."""
        now = int(time.time())
        grant = Grant(
            jti=uuid.uuid4().hex,
            aud=service,
            iat=now,
            exp=now + grants.LIFETIME,
            method=outgoing.method,
            path=outgoing.path,
            body=grants.digest(outgoing.body),
            **claims,
        )
        return grants.issue(grant, self._keys[service])
