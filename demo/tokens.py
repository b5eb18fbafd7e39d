"""An access token and the key it is bound to: each request carries a fresh proof of the key (DPoP, RFC 9449)."""

import hashlib
import time
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from joserfc import jwt
from joserfc.jwk import ECKey


def proof(key: ECKey, method: str, url: str, **more: object) -> str:
    """A proof for one request; `url` without query."""
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time()), **more}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


@dataclass(frozen=True)
class Token:
    """What a caller got; it is worth nothing without `key`. With `refresh` the front end gets the next one."""

    value: str
    key: ECKey
    gateway_url: str
    refresh: str = ""

    def headers(self, method: str, path: str) -> dict[str, str]:
        """What shows the caller in one request; `path` may have a query."""
        digest = urlsafe_b64encode(hashlib.sha256(self.value.encode()).digest()).rstrip(b"=").decode()
        url = self.gateway_url + path.partition("?")[0]
        return {"authorization": f"DPoP {self.value}", "dpop": proof(self.key, method, url, ath=digest)}

    def plain(self) -> dict[str, str]:
        """The token as JSON takes it, for a client in another process."""
        return {"value": self.value, "key": self.key.as_pem(private=True).decode(), "gateway_url": self.gateway_url}

    @classmethod
    def of(cls, plain: dict[str, str]) -> "Token":
        """The token that `plain` gave."""
        return cls(plain["value"], ECKey.import_key(plain["key"]), plain["gateway_url"])
