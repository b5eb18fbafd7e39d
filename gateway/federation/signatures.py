"""RFC 9421 signatures between regions: over method, target, content and key of the message; the answer covers both."""

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import ECDSA_P256_SHA256

from gateway.federation import rules

LABEL = "jieli"
LENGTH = 64  # bytes of a signature
REQUEST = ("@method", "@target-uri", "@authority", "content-type", "content-digest", "idempotency-key")
ANSWER = ("@status", "content-type", "content-digest", '"content-digest";req', '"idempotency-key";req')


@dataclass
class Message:
    """A request as it is signed."""

    method: str
    url: str
    headers: MutableMapping[str, str]


@dataclass
class Reply:
    """An answer as it is signed, with the request that it answers."""

    status_code: int
    request: Message
    headers: MutableMapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """What a good signature says about itself."""

    nonce: str
    expires: datetime


class _Key(HTTPSignatureKeyResolver):
    """One key, whatever the message calls it: whom it belongs to was settled by the pinned thumbprint."""

    def __init__(self, key: EllipticCurvePrivateKey | EllipticCurvePublicKey | bytes) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Any:
        """The key to sign with."""
        return self._key

    def resolve_public_key(self, key_id: str) -> Any:
        """The key to check with."""
        return self._key


def sign(message: Message | Reply, body: bytes, key: EllipticCurvePrivateKey, kid: str) -> None:
    """Sign in place, good for 300 s, with a fresh nonce."""
    now = datetime.now(UTC)
    HTTPMessageSigner(signature_algorithm=ECDSA_P256_SHA256, key_resolver=_Key(key)).sign(
        message,
        key_id=kid,
        created=now,
        expires=now + timedelta(seconds=rules.LIFETIME),
        nonce=secrets.token_urlsafe(16),
        label=LABEL,
        tag=rules.TAG,
        include_alg=False,
        covered_component_ids=ANSWER if isinstance(message, Reply) else REQUEST,
        body=body,
    )


def key_id(message: Message | Reply) -> str:
    """Which key a message says it is signed with; believed only once the signature holds."""
    _, _, rest = message.headers.get("signature-input", "").partition('keyid="')
    return rest.partition('"')[0]


class _AnyKey(ECDSA_P256_SHA256):
    """Takes every signature of the right length: whether it holds is asked once its key is there."""

    def __init__(self, public_key: object = None, private_key: object = None) -> None:
        """Needs no key."""

    def verify(self, signature: bytes, message: bytes) -> None:
        """Look at the length (RFC 9421, 3.3.4)."""
        if len(signature) != LENGTH:
            raise InvalidSignature("No signature of ECDSA on P-256.")


def check_form(message: Message | Reply, body: bytes) -> None:
    """401 `signature-invalid` for what no key could make good: unsigned, old, not covered, another body's."""
    _held(message, body, HTTPMessageVerifier(signature_algorithm=_AnyKey, key_resolver=_Key(b"none")))


def verify(message: Message | Reply, body: bytes, key: EllipticCurvePublicKey) -> Proof:
    """Hold a message against the pinned key; 401 `signature-invalid` for anything altered, old or not covered."""
    return _held(message, body, HTTPMessageVerifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=_Key(key)))


def _held(message: Message | Reply, body: bytes, verifier: HTTPMessageVerifier) -> Proof:
    verifier.max_clock_skew = timedelta(seconds=rules.SKEW)
    try:
        (result,) = verifier.verify(
            message,
            max_age=timedelta(seconds=rules.LIFETIME),
            expect_tag=rules.TAG,
            require_components=ANSWER if isinstance(message, Reply) else REQUEST,
            body=body,
        )
    except (InvalidSignature, ValueError):
        raise rules.SIGNATURE_INVALID() from None
    created, expires = result.parameters.get("created"), result.parameters.get("expires")
    if not result.nonce or not isinstance(created, int) or not isinstance(expires, int):
        raise rules.SIGNATURE_INVALID("The signature needs created, expires and nonce.")
    if expires - created > rules.LIFETIME:
        raise rules.SIGNATURE_INVALID("A signature is good for 300 s at most.")
    return Proof(result.nonce, datetime.fromtimestamp(expires, UTC))
