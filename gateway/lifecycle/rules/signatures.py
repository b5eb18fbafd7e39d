"""Detached signatures over an offered version (RFC 7515, appendix F): by an organisation's key or the region's."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64encode

from shared import problems
from shared.contracts import proofs

TYPE: Final = "jieli-agreement+jws"  # so that the signature is good for nothing else
ALGORITHM: Final = "ES256"
MEMBERS: Final = ("kty", "crv", "x", "y")

SIGNATURE_INVALID = problems.kind(
    422,
    "agreement-signature-invalid",
    "The signature does not hold",
    "Sign the version's `to_sign` with a key of your organisation: JWS, ES256, typ jieli-agreement+jws, detached.",
)
SIGNATURE_MISSING = problems.kind(
    409,
    "agreement-signature-missing",
    "Your organisation has a key and did not sign",
    "Send `signature`: a detached JWS over the version's `to_sign` by a key of your organisation's system.",
)


def to_sign(digest: str, offer: int) -> str:
    """What a side signs: the hash, and from the second offer on its number, so that no signature serves two."""
    return digest if offer <= 1 else f"{digest}.{offer}"


def sign(text: str, key: ECKey) -> str:
    """The detached JWS over what is to be signed."""
    header = {"alg": ALGORITHM, "kid": key.thumbprint(), "typ": TYPE}
    protected, _, signature = jws.serialize_compact(header, text.encode(), key).split(".")
    return f"{protected}..{signature}"


def public(key: ECKey) -> dict[str, str]:
    """The public part of a key (RFC 7518, 6.2.1)."""
    told = key.as_dict(private=False)
    return {name: str(told[name]) for name in MEMBERS}


def signer(signature: str, text: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The public key among these whose signature over the text it is; 422 `agreement-signature-invalid` otherwise."""
    protected, payload, proof = f"{signature}..".split(".")[:3]
    whole = f"{protected}.{urlsafe_b64encode(text.encode()).decode()}.{proof}"
    for each in keys:
        key = ECKey.import_key({name: str(each[name]) for name in MEMBERS})
        try:
            found = jws.deserialize_compact(whole, key, algorithms=[ALGORITHM])
        except proofs.MALFORMED:
            continue
        if not payload and found.protected.get("typ") == TYPE:
            return public(key)
    raise SIGNATURE_INVALID()
