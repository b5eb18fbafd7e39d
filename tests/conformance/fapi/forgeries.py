"""JWTs that no library of good standing would make: without a signature, or by another kind of key."""

import hmac
import json
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwt
from joserfc.jwk import ECKey

TRICKS = (
    "none",
    "None",
    "unsigned ES256",
    "zeros",
    "HS256 by the PEM",
    "HS256 by the JWK",
    "RS256",
    "a key in the header",
)
Sign = Callable[[bytes], bytes]
RSA = rsa.generate_private_key(65537, 2048)


def compact(header: Mapping[str, object], claims: Mapping[str, object], sign: Sign) -> str:
    """A JWS in its compact form (RFC 7515, 7.1)."""
    parts = [_encoded(json.dumps(part).encode()) for part in (header, claims)]
    return ".".join([*parts, _encoded(sign(".".join(parts).encode()))])


def forged(header: Mapping[str, object], claims: Mapping[str, object], public: ECKey) -> dict[str, str]:
    """The same claims, by name of the trick: what the holder of the public key alone can make."""
    pem = public.as_pem(private=False)
    jwk = json.dumps(public.as_dict(private=False)).encode()
    return {
        "none": compact({**header, "alg": "none"}, claims, lambda _: b""),
        "None": compact({**header, "alg": "None"}, claims, lambda _: b""),
        "unsigned ES256": compact({**header, "alg": "ES256"}, claims, lambda _: b""),
        "zeros": compact({**header, "alg": "ES256"}, claims, lambda _: bytes(64)),
        "HS256 by the PEM": compact({**header, "alg": "HS256"}, claims, lambda said: hmac.digest(pem, said, "sha256")),
        "HS256 by the JWK": compact({**header, "alg": "HS256"}, claims, lambda said: hmac.digest(jwk, said, "sha256")),
        "RS256": compact({**header, "alg": "RS256"}, claims, _rs256),
        "a key in the header": _by_its_own_key(header, claims),
    }


def assertion_claims(client: str, audience: str) -> dict[str, object]:
    """What a client's assertion says (RFC 7523, 3)."""
    now = int(time.time())
    times = {"iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
    return {"iss": client, "sub": client, "aud": audience, **times}


def _rs256(said: bytes) -> bytes:
    return RSA.sign(said, padding.PKCS1v15(), hashes.SHA256())


def _by_its_own_key(header: Mapping[str, object], claims: Mapping[str, object]) -> str:
    thief = ECKey.generate_key("P-256")
    shown = {**header, "alg": "ES256", "jwk": thief.as_dict(private=False)}
    return jwt.encode(shown, {**claims}, thief, algorithms=["ES256"])


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()
