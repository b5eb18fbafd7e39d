"""The gateway's grant: single use, short-lived, for one service, bound to method, path and body; an HMAC proves it."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

import msgspec

from shared import problems

LIFETIME = 30  # seconds, the longest a grant may live
KEY = 32  # bytes, the shortest key

GRANT_INVALID = problems.kind(401, "grant-invalid", "Not a grant of the gateway", "Call the gateway, not the service.")

CallKind = Literal["public", "self", "internal", "exchange", "region", "platform"]


class Actor(msgspec.Struct, frozen=True):
    """Who calls: `id` is a client, staff member, resident (pairwise for this service) or region."""

    type: Literal["anonymous", "resident", "staff", "client", "region", "gateway"]
    id: str = ""
    organisation: str = ""
    roles: tuple[str, ...] = ()


class AgreementRef(msgspec.Struct, frozen=True):
    """The agreement version under which an exchange was allowed."""

    id: str
    version: int


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the gateway decided about this one call; see gateway/README.md. `proved_by`: how she showed who she is.

    To identity alone, `through`: the presence or delegation by which somebody acts for her, or her own `session`.
    """

    jti: str
    aud: str
    iat: int
    exp: int
    method: str
    path: str
    body: str
    kind: CallKind
    actor: Actor
    operation: str = ""
    subject: str = ""
    seal: str = ""
    proved_by: Literal["own_device", "code_at_counter", "paper"] = "own_device"
    through: str = ""
    session: str = ""
    purpose: str = ""
    decision: str = ""
    fields: tuple[str, ...] = ()
    agreement: AgreementRef | None = None


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Grant)


def digest(body: bytes) -> str:
    """SHA-256 of a request body, in hex."""
    return hashlib.sha256(body).hexdigest()


def issue(grant: Grant, key: bytes) -> str:
    """The header value: base64url(json) "." base64url(HMAC-SHA-256)."""
    payload = _ENCODER.encode(grant)
    return f"{_b64(payload)}.{_b64(_tag(key, payload))}"


def verify(header: str, keys: Sequence[bytes], now: float) -> Grant:
    """The grant in a header value, by any of the keys; 401 `grant-invalid` if forged, of another time or unreadable."""
    try:
        payload, tag = (_unb64(part) for part in header.split("."))
        if not any(hmac.compare_digest(_tag(key, payload), tag) for key in keys):
            raise GRANT_INVALID()
        grant = _DECODER.decode(payload)
    except ValueError:
        raise GRANT_INVALID() from None
    if not grant.iat - LIFETIME <= now < grant.exp <= grant.iat + LIFETIME:
        raise GRANT_INVALID("The grant has run out; the gateway makes a fresh one for every call.")
    return grant


def _tag(key: bytes, payload: bytes) -> bytes:
    if len(key) < KEY:
        raise ValueError("the key of grants is too short to prove anything")
    return hmac.digest(key, payload, "sha256")


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
