"""Assertions as clients, staff and residents present them (RFC 7523), and proofs of their keys (RFC 9449)."""

import time
import uuid

from joserfc import jwt
from joserfc.jwk import ECKey


def assertion(key: ECKey, issuer: str, subject: str, audience: object, kid: str = "", **claims: object) -> str:
    """A signed assertion that lives for two minutes, unless `claims` say otherwise; `kid` names its key."""
    now = int(time.time())
    values = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + 120, "jti": str(uuid.uuid4())}
    header = {"alg": "ES256", "kid": kid} if kid else {"alg": "ES256"}
    return jwt.encode(header, values | claims, key, algorithms=["ES256"])


def proof(key: ECKey, url: str, method: str = "POST", **claims: object) -> str:
    """A DPoP proof for one request, unless `claims` say otherwise."""
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    values = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
    return jwt.encode(header, values | claims, key, algorithms=["ES256"])
