"""An OpenID Connect provider elsewhere: wants a nonce in every proof (RFC 9449, 8) and says what a test lets it say."""

import asyncio
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

NONCE = "a-nonce-of-the-server"
US = "us"  # our client there
SUBJECT = "somebody-there"


@dataclass
class Provider:
    """What it says of itself and of whoever signed in, and what it was asked with; `described`, `said` change it."""

    issuer: str = ""
    described: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    published: Any = None
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    signing: ECKey | None = None
    nonces: list[str | None] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    waited_for: asyncio.Event = field(default_factory=asyncio.Event)
    speaks: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self, location: str) -> dict[str, str]:
        """What the browser that was sent to `location` comes back with."""
        assert location == f"{self.issuer}/authorize?client_id={US}&request_uri=urn%3Ax", location
        return {"code": "a-code", "state": self.asked["state"], "iss": self.issuer}

    async def metadata(self, _: web.Request) -> web.Response:
        """What it says of itself (OpenID Connect Discovery 1.0)."""
        paths = {
            "authorization_endpoint": "/authorize",
            "pushed_authorization_request_endpoint": "/par",
            "token_endpoint": "/token",
            "jwks_uri": "/jwks",
        }
        found = {name: self.issuer + path for name, path in paths.items()}
        return web.json_response(found | {"issuer": self.issuer} | self.described)

    async def push(self, request: web.Request) -> web.Response:
        """A pushed request."""
        await self._spoken(request)
        if refused := self._without_nonce(request):
            return refused
        self.asked = {name: str(value) for name, value in (await request.post()).items()}
        return web.json_response({"request_uri": "urn:x", "expires_in": 60}, status=201)

    async def token(self, request: web.Request) -> web.Response:
        """An ID token for whoever comes."""
        await self._spoken(request)
        if refused := self._without_nonce(request):
            return refused
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": US, "sub": SUBJECT, "iat": now, "exp": now + 60, "auth_time": now}
        claims |= {"nonce": self.asked["nonce"], "acr": "aal2"} | self.said
        signed = jwt.encode({"alg": "ES256"}, claims, self.signing or self.key, algorithms=["ES256"])
        return web.json_response({"access_token": "x", "token_type": "DPoP", "id_token": signed})

    async def keys(self, _: web.Request) -> web.Response:
        """Its public key."""
        return web.json_response(self.published or {"keys": [self.key.as_dict(private=False)]})

    async def _spoken(self, request: web.Request) -> None:
        """At an address in `silent`, nothing is said before `speaks`."""
        if request.path in self.silent:
            self.waited_for.set()
            await self.speaks.wait()

    def _without_nonce(self, request: web.Request) -> web.Response | None:
        claims = request.headers["dpop"].split(".")[1]
        nonce = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("nonce")
        self.nonces.append(nonce)
        if nonce == NONCE:
            return None
        return web.json_response({"error": "use_dpop_nonce"}, status=400, headers={"dpop-nonce": NONCE})


@asynccontextmanager
async def running() -> AsyncIterator[Provider]:
    """The provider, until the block ends."""
    made = Provider()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", made.metadata)
    app.router.add_get("/jwks", made.keys)
    app.router.add_post("/par", made.push)
    app.router.add_post("/token", made.token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.issuer = site.name
    yield made
    await runner.cleanup()
