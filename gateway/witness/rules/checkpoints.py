"""Checkpoints of other logs, and what witnesses say of them (C2SP signed-note, tlog-checkpoint, tlog-cosignature)."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.audit.rules import notes
from gateway.audit.rules.tree import HASH_SIZE

ID = 4  # bytes of a key's id, before its signature
TIME = 8  # bytes of a cosignature's time, before its signature
LARGEST = 2**63  # no size reaches this
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Verifier(NamedTuple):
    """A public key: its name, the four bytes that name it in a signature line, and the key."""

    name: str
    id: bytes
    public: Ed25519PublicKey


class Signature(NamedTuple):
    """One signature line; `value` is what stands after the key's id in it."""

    line: str
    name: str
    id: bytes
    value: bytes


@dataclass(frozen=True)
class Note:
    """A checkpoint and its signatures. Nothing of it is believed before the signature of a trusted key holds."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...]


def witness_name(region: str) -> str:
    """What a region is called as a witness."""
    return f"{notes.origin(region)}/witness"


def verifier(line: str, kind: bytes) -> Verifier:
    """The key in a line `name+id+key`; ValueError when it is none of this kind."""
    name, identifier, encoded = line.strip().split("+", 2)
    material = base64.b64decode(encoded, validate=True)
    made = hashlib.sha256(name.encode() + b"\n" + material).digest()[:ID]
    if not name or material[:1] != kind or identifier != made.hex():
        raise ValueError("not a verifier key of this kind")
    return Verifier(name, made, Ed25519PublicKey.from_public_bytes(material[1:]))


def read(note: str) -> Note:
    """The checkpoint in a signed note; ValueError when it is none."""
    text, empty, lines = note.rpartition("\n\n")
    if not empty or _CONTROL.search(note) or not lines.endswith("\n"):
        raise ValueError("a signed note is a text, an empty line and signature lines")
    origin, size, root, *more = text.split("\n")
    if not origin or not all(more):
        raise ValueError("a checkpoint has no empty lines")
    return Note(text + "\n", origin, number(size), hash_of(root), tuple(_signatures(lines)))


def number(text: str) -> int:
    """A size as C2SP writes it; ValueError for anything else."""
    if not NUMBER.fullmatch(text) or int(text) >= LARGEST:
        raise ValueError("not a size")
    return int(text)


def hash_of(text: str) -> bytes:
    """A SHA-256 hash in base64; ValueError for anything else."""
    value = base64.b64decode(text, validate=True)
    if len(value) != HASH_SIZE:
        raise ValueError("not a hash")
    return value


def signed(note: Note, key: Verifier) -> str:
    """The note with the signature of this key alone; ValueError where it has none, or one that is forged."""
    lines = [each for each in note.signatures if (each.name, each.id) == (key.name, key.id)]
    if not lines or not all(_holds(key, each.value, note.text.encode()) for each in lines):
        raise ValueError("the key did not sign this")
    return f"{note.text}\n{lines[0].line}\n"


def cosigned(witness: notes.Signer, text: str, at: int) -> str:
    """The line by which a witness says that at this time (seconds since 1970) this was the longest log it knew."""
    value = witness.key_id + at.to_bytes(TIME, "big") + witness.sign(_said(text, at))
    return f"— {witness.origin} {base64.b64encode(value).decode()}\n"


def cosignature(answer: str, text: str, key: Verifier) -> str:
    """The line of this witness over a checkpoint in what it answered; ValueError when none holds."""
    for line in answer.splitlines():
        found = _signature(line)
        if found is None or (found.name, found.id) != (key.name, key.id):
            continue
        at = int.from_bytes(found.value[:TIME], "big")
        if 0 < at < LARGEST and _holds(key, found.value[TIME:], _said(text, at)):
            return f"{line}\n"
    raise ValueError("the witness did not cosign this")


def _said(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _holds(key: Verifier, signature: bytes, message: bytes) -> bool:
    try:
        key.public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _signatures(lines: str) -> Iterator[Signature]:
    for line in lines[:-1].split("\n"):
        found = _signature(line)
        if found is None:
            raise ValueError("not a signature line")
        yield found


def _signature(line: str) -> Signature | None:
    parts = _LINE.fullmatch(line)
    try:
        value = base64.b64decode(parts[2], validate=True) if parts else b""
    except ValueError:
        return None
    return Signature(line, parts[1], value[:ID], value[ID:]) if parts and len(value) > ID else None
