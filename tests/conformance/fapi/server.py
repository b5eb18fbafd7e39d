"""What the tests may do behind the gateway: move a row's clock, and sign with the region's own key."""

import hashlib
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from demo.client import Region
from demo.tokens import Token, proof
from shared.contracts.proofs import digest
from tests.support.launched import Installation
from tests.support.relying import FrontEnd
from tests.support.sign_in import claims_of

OWN = "/v1/me/sessions"


@dataclass(frozen=True)
class Server:
    """A region's identity and gateway, with the keys in the tests' hands."""

    platform: Installation
    region: Region

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """Ask identity's database as its administrator: a running platform's clock cannot be moved, a row's can."""
        return await self.platform.rows(self.region.code, "identity", query)

    async def later(self, column: str, secret: str, seconds: int) -> None:
        """As if so many seconds had passed since this code or request was given; `column` keeps its digest."""
        name = hashlib.sha256(secret.encode()).hexdigest()
        moved = await self.rows(
            f"UPDATE authorization_request SET expires_at = expires_at - interval '{seconds} s'"  # noqa: S608 - a test's own words
            f" WHERE {column} = decode('{name}', 'hex') RETURNING id"
        )
        assert len(moved) == 1

    @property
    def key(self) -> ECKey:
        """The key that signs this region's access tokens."""
        return ECKey.import_key((self.platform.run / self.region.code / "secrets/identity/token.pem").read_text())

    def forged(self, token: str, key: ECKey | None = None, header: dict[str, str] | None = None, **claims: Any) -> str:
        """A token with changed claims, signed by the region's own key unless another is given."""
        made = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.thumbprint()} | (header or {})
        said = {name: value for name, value in (claims_of(token) | claims).items() if value is not None}
        return jwt.encode(made, said, key or self.key, algorithms=["ES256"])


def granted(front_end: FrontEnd, **asked: str) -> dict[str, Any]:
    """A sound token response for whoever is signed in at the front end's browser."""
    answer = front_end.redeem(front_end.code(**asked))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def called(front_end: FrontEnd, token: str, path: str = OWN, **headers: str) -> httpx.Response:
    """Call the gateway with a token and a fresh proof of the front end's key; an empty header is left out."""
    usual = Token(token, front_end.key, front_end.region.gateway_url).headers("GET", path)
    sent = {name: value for name, value in (usual | headers).items() if value}
    return front_end.http.get(path, headers=sent)


def proved(key: ECKey, url: str, token: str) -> str:
    """A proof for a GET of this address with this token."""
    return proof(key, "GET", url, ath=digest(token))
