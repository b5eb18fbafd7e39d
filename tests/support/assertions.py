"""Assertions as clients, staff and residents present them (RFC 7523)."""

import time
import uuid

from joserfc import jwt
from joserfc.jwk import ECKey


def assertion(key: ECKey, issuer: str, subject: str, audience: str, **claims: object) -> str:
    """A signed assertion that lives for two minutes, unless `claims` say otherwise."""
    now = int(time.time())
    values = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + 120, "jti": str(uuid.uuid4())}
    return jwt.encode({"alg": "ES256"}, values | claims, key, algorithms=["ES256"])
