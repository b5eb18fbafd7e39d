"""What one entry of the log says. No personal value ever enters.

Whom an entry is about and which consent carried it stand blinded under the person's key: erasing that key unlinks every
entry of the person, and the tree still verifies.
"""

import base64
import enum
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.audit.rules import notes

VERSION = 1
_NONCE_SIZE = 12
# RFC 8785 for what entries hold: names in ASCII, texts and small whole numbers. Forty times as fast as for all JSON.
_dumps = msgspec.json.Encoder(order="sorted").encode
_LARGEST = 2**53 - 1


class Phase(enum.StrEnum):
    """Why an entry was written: before a call, after it, for reading a log, for a corrected or deleted record."""

    INTENT = "intent"
    OUTCOME = "outcome"
    VIEW = "view"
    CORRECTION = "correction"
    DELETION = "deletion"


class Outcome(enum.StrEnum):
    """What became of a call that was allowed."""

    RELEASED = "released"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acted. `officer` is a pseudonym; a person acting for herself is named by nothing but the kind `resident`.

    In an entry of kind `self` an actor of kind `staff` sat at a counter with the person; a `helper`, whom she let help
    her, is named by nothing else.
    """

    kind: str
    region: str
    organisation: str | None = None
    client: str | None = None
    officer: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """On whom or what an administrator acted: an organisation, a client, an agreement, or staff by their pseudonym."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The exact version of the agreement that a decision stood on."""

    id: str
    version: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as its author knows it. The last six are private: blinded or sealed under the person's key."""

    decision: str
    phase: Phase
    kind: str
    actor: Actor
    operation: str
    permitted: bool
    reason: str | None = None
    service: str | None = None
    purpose: str | None = None
    basis: str | None = None
    agreement: Agreement | None = None
    target: Target | None = None
    asked: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    outcome: Outcome | None = None
    status: int | None = None
    latency_ms: int | None = None
    peer_receipt: str | None = None
    person: str | None = None
    consent: str | None = None
    about: str | None = None
    through: str | None = None
    request_sha256: bytes | None = None
    response_sha256: bytes | None = None


@dataclass(frozen=True)
class Key:
    """A person's key, and what seals under it."""

    value: bytes

    @cached_property
    def cipher(self) -> AESGCM:
        """AES-256-GCM under a key of its own, made once."""
        return AESGCM(hmac.digest(self.value, b"seal", hashlib.sha256))


@dataclass(frozen=True)
class Subject:
    """The key of the person an entry is about, and the number of this entry among hers."""

    key: Key
    counter: int

    @cached_property
    def tag(self) -> bytes:
        """What marks this one entry of the person: HMAC-SHA-256 of the counter under the person's key."""
        return hmac.digest(self.key.value, self.counter.to_bytes(8, "big"), hashlib.sha256)

    def blinded(self, label: str, value: bytes) -> bytes:
        """A value that only the holder of the key recognises. The counter keeps entries under one consent apart."""
        message = self.counter.to_bytes(8, "big") + label.encode() + b"\x00" + value
        return hmac.digest(self.key.value, message, hashlib.sha256)


def canonical(entry: Entry, subject: Subject | None, at: datetime) -> bytes:
    """The entry's bytes in the log (RFC 8785); ValueError where it has no such form. `at`: when it was written, UTC."""
    if max(entry.status or 0, entry.latency_ms or 0) > _LARGEST:
        raise ValueError("a number is too large for RFC 8785")
    return _dumps(_public(entry, at) | _blinded(entry, subject))


def person_tag(index_key: bytes, person: str) -> bytes:
    """The name under which a person's key is kept."""
    return hmac.digest(index_key, b"audit\x00" + person.encode(), hashlib.sha256)


def sealed(entry: Entry, subject: Subject) -> bytes:
    """What only the person may read beside the entry: its number, and the ids of consent and record.

    `through` is what somebody else acted on in her place.
    """
    nonce = os.urandom(_NONCE_SIZE)
    ids = {"consent": entry.consent, "about": entry.about, "through": entry.through}
    text = _dumps({"counter": subject.counter, **ids})
    return nonce + subject.key.cipher.encrypt(nonce, text, entry.decision.encode())


def opened(box: bytes, key: Key, decision: str) -> dict[str, Any]:
    """What was `sealed`. A foreign key or another decision is an InvalidTag."""
    text = key.cipher.decrypt(box[:_NONCE_SIZE], box[_NONCE_SIZE:], decision.encode())
    content: dict[str, Any] = json.loads(text)
    return content


def receipt(signer: notes.Signer, index: int, leaf: bytes, at: datetime) -> dict[str, Any]:
    """The log's signed promise that this leaf stands at this index; the proof follows with the next checkpoint."""
    promise: dict[str, str | int] = {
        "type": "jieli-log-receipt/v1",
        "log": signer.origin,
        "index": index,
        "leaf": _text(leaf),
        "at": moment(at),
    }
    return {**promise, "signature": _text(signer.sign(_dumps(promise)))}


@lru_cache(maxsize=1)
def moment(at: datetime) -> str:
    """RFC 3339 with milliseconds and Z. What is written together has one moment."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _public(entry: Entry, at: datetime) -> dict[str, Any]:
    actor, agreement, target = entry.actor, entry.agreement, entry.target
    return {
        "v": VERSION,
        "at": moment(at),
        "decision": entry.decision,
        "phase": entry.phase.value,
        "kind": entry.kind,
        "actor": {
            "kind": actor.kind,
            "region": actor.region,
            "organisation": actor.organisation,
            "client": actor.client,
            "officer": actor.officer,
            "role": actor.role,
        },
        "agreement": agreement and {"id": agreement.id, "version": agreement.version, "hash": agreement.hash},
        "purpose": entry.purpose,
        "basis": entry.basis,
        "service": entry.service,
        "operation": entry.operation,
        "target": target and {"kind": target.kind, "id": target.id},
        "fields": {"asked": list(entry.asked), "allowed": list(entry.allowed), "sent": list(entry.sent)},
        "verdict": "permit" if entry.permitted else "deny",
        "reason": entry.reason,
        "outcome": entry.outcome and entry.outcome.value,
        "status": entry.status,
        "latency_ms": entry.latency_ms,
        "peer_receipt": entry.peer_receipt,
    }


def _blinded(entry: Entry, subject: Subject | None) -> dict[str, str | None]:
    def blind(label: str, value: bytes | None) -> str | None:
        return _text(subject.blinded(label, value)) if subject and value else None

    return {
        "subject": _text(subject.tag) if subject else None,
        "consent": blind("consent", entry.consent.encode() if entry.consent else None),
        "request": blind("request", entry.request_sha256),
        "response": blind("response", entry.response_sha256),
    }


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
