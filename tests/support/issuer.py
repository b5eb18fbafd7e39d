"""An identity on this machine: it publishes its keys and gives tokens for whoever a test names."""

import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

from demo.tokens import Token
from deploy.local import ports

KID = "key-of-a-test"


@dataclass
class Issuer:
    """Signs tokens (RFC 9068) for the gateway at `gateway_url`."""

    gateway_url: str
    port: int = field(default_factory=ports.free)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def url(self) -> str:
        """Where the gateway finds its keys."""
        return f"http://127.0.0.1:{self.port}"

    async def keys(self, _: web.Request) -> web.Response:
        """Its public keys."""
        return web.json_response({"keys": [self.key.as_dict(private=False) | {"kid": KID}]})

    def token(self, organisation: str, *roles: str, kind: str = "client") -> Token:
        """A token of somebody of that organisation; of its system, where no role is named."""
        holder, now = ECKey.generate_key("P-256"), int(time.time())
        system = f"{organisation}-system"
        claims = {
            "iss": self.gateway_url,
            "aud": self.gateway_url,
            "sub": system if kind == "client" else f"{kind}-of-{organisation}",
            "client_id": system,
            "client_organisation": organisation,
            "organisation": organisation,
            "roles": list(roles or ("system",)),
            "kind": kind,
            "iat": now,
            "exp": now + 600,
            "jti": str(uuid.uuid4()),
            "cnf": {"jkt": holder.thumbprint()},
        }
        header = {"alg": "ES256", "typ": "at+jwt", "kid": KID}
        return Token(jwt.encode(header, claims, self.key, algorithms=["ES256"]), holder, self.gateway_url)


@contextlib.asynccontextmanager
async def issuer(gateway_url: str) -> AsyncIterator[Issuer]:
    """The identity until the block ends."""
    made = Issuer(gateway_url)
    app = web.Application()
    app.router.add_get("/.well-known/jwks.json", made.keys)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", made.port).start()
        yield made
    finally:
        await runner.cleanup()
