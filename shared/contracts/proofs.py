"""Proofs of possession (DPoP, RFC 9449): with which key a request was made, for exactly this method and address."""

import functools
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode
from msgspec import DecodeError, json

ALGORITHMS = ["ES256"]
LIFETIME = 60  # seconds that a proof may be old
AHEAD = 10  # seconds that the caller's clock may be ahead of ours (FAPI 2.0 Security Profile, 5.3.2.1)
LONGEST = 4096  # characters
PUBLIC = frozenset({"kty", "crv", "x", "y"})
# What reading a text that claims to be a JWS or JWT may raise: libraries meet members of any type, at any depth.
MALFORMED = (JoseError, DecodeError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Unproven(ValueError):
    """The proof does not show that the caller holds a key; the text says why, for the developer of the client."""


@dataclass(frozen=True)
class Proof:
    """What a valid proof shows: the key's thumbprint (RFC 7638) and the proof's own name, to be used once."""

    thumbprint: str
    jti: str
    expires: int


def verify(proof: str, method: str, url: str, now: int, token: str | None = None) -> Proof:
    """Check a DPoP header (RFC 9449, 4.3) against the request, and against the access token where there is one.

    `url` is the address without query and fragment. Whether the proof was used before is the caller's to look up.
    """
    if not 0 < len(proof) <= LONGEST:
        raise Unproven("Send one DPoP header with one proof.")
    try:
        header = _decoded(proof.partition(".")[0])
        key, thumbprint = _key(json.encode(header["jwk"]))
        signed = jws.deserialize_compact(proof, key, algorithms=ALGORITHMS)
        claims = json.decode(signed.payload, type=dict[str, object])
    except MALFORMED:
        raise Unproven("The proof is no ES256 JWS by the public key in its header.") from None
    if header.get("typ") != "dpop+jwt":
        raise Unproven("The proof's typ must be dpop+jwt.")
    _check(claims, method, url, now, token)
    issued = claims["iat"]
    assert isinstance(issued, int)  # noqa: S101 - checked a line before
    return Proof(thumbprint, str(claims["jti"]), issued + LIFETIME)


def _check(claims: Mapping[str, object], method: str, url: str, now: int, token: str | None) -> None:
    issued, jti = claims.get("iat"), claims.get("jti")
    if type(issued) is not int or not now - LIFETIME <= issued <= now + AHEAD:
        raise Unproven(f"The proof's iat must be within the last {LIFETIME} s.")
    begins = claims.get("nbf", issued)
    if type(begins) is not int or begins > now + AHEAD:
        raise Unproven("The proof's nbf must not lie ahead.")
    if not isinstance(jti, str) or not 8 <= len(jti) <= 128 or not jti.isprintable():
        raise Unproven("The proof needs a jti of 8 to 128 printable characters.")
    if (claims.get("htm"), claims.get("htu")) != (method, url):
        raise Unproven(f"The proof must be for {method} {url}.")
    if token is not None and claims.get("ath") != digest(token):
        raise Unproven("The proof's ath must be the SHA-256 of the access token.")


def digest(token: str) -> str:
    """The `ath` of an access token: base64url(SHA-256) (RFC 9449, 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _decoded(part: str) -> dict[str, object]:
    return json.decode(urlsafe_b64decode(part.encode()), type=dict[str, object])


@functools.lru_cache(4096)
def _key(jwk: bytes) -> tuple[ECKey, str]:
    members = json.decode(jwk, type=dict[str, str])
    if members.keys() - PUBLIC - {"alg", "use", "kid"}:
        raise ValueError("only a public key may stand in a proof")
    key = ECKey.import_key({name: members[name] for name in PUBLIC})
    return key, key.thumbprint()
