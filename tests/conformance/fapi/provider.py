"""An OpenID Connect provider elsewhere that wants a nonce of its own in every proof (RFC 9449, 8)."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

NONCE = "a-nonce-of-the-server"


@dataclass
class Wanting:
    """The provider, and the nonces of the proofs that it got; it says of itself that it is `claimed`."""

    issuer: str = ""
    claimed: str = ""
    nonces: list[str | None] = field(default_factory=list)

    async def metadata(self, _: web.Request) -> web.Response:
        """What it says of itself (OpenID Connect Discovery 1.0)."""
        endpoints = {"authorization_endpoint": "/authorize", "pushed_authorization_request_endpoint": "/par"}
        found = {name: self.issuer + path for name, path in endpoints.items()}
        return web.json_response(found | {"issuer": self.claimed or self.issuer})

    async def push(self, request: web.Request) -> web.Response:
        """A pushed request, refused until its proof has the nonce."""
        claims = request.headers["dpop"].split(".")[1]
        nonce = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("nonce")
        self.nonces.append(nonce)
        if nonce != NONCE:
            return web.json_response({"error": "use_dpop_nonce"}, status=400, headers={"dpop-nonce": NONCE})
        return web.json_response({"request_uri": "urn:x", "expires_in": 60}, status=201)


@asynccontextmanager
async def running() -> AsyncIterator[Wanting]:
    """The provider, until the block ends."""
    made = Wanting()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", made.metadata)
    app.router.add_post("/par", made.push)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.issuer = site.name
    yield made
    await runner.cleanup()
