"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature), by trusted keys."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jieli_verify.verdicts import InputError, VerificationError

_ED25519, _COSIGNATURE = 1, 4
_LAST = 253_402_300_799  # the last second of the year 9999
_SIGNATURES = 100  # far above the 16 that every verifier must take
_SIGNATURE_LINE = re.compile(r"— (\S+) (\S+)")


class Key(NamedTuple):
    """The public key of a log or of a witness, as it stands in its one-line form: name+id+base64."""

    name: str
    id: bytes
    public: bytes

    def check(self, signature: bytes, message: bytes) -> None:
        """VerificationError when the signature is not by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            raise VerificationError(f"the signature of {self.name} is not genuine") from None


class Trusted(NamedTuple):
    """The keys that whoever checks has from elsewhere: of the log, and of witnesses that must have cosigned."""

    log: Key
    witnesses: tuple[Key, ...] = ()


class Cosignature(NamedTuple):
    """Who saw a checkpoint as the longest of its log, and when by their clock."""

    witness: str
    at: datetime


class Checkpoint(NamedTuple):
    """What a log says about itself: how many entries, under which root; and which witnesses saw it."""

    origin: str
    size: int
    root: bytes
    cosignatures: tuple[Cosignature, ...] = ()


def key(line: str) -> Key:
    """The log's key in a line `name+id+key`; InputError when it is none."""
    return _key(line, "the log's key", _ED25519)


def witness_key(line: str) -> Key:
    """A witness's key in a line `name+id+key`; InputError when it is none."""
    return _key(line, "the witness's key", _COSIGNATURE)


def _key(line: str, what: str, kind: int) -> Key:
    name, _, rest = line.strip().partition("+")
    identifier, _, encoded = rest.partition("+")
    material = base64_bytes(encoded, what)
    if not name or not name.isprintable() or len(material) != 33 or material[0] != kind:
        raise InputError(f"{what} is not an Ed25519 key of the form name+id+base64 with the type {kind}")
    expected = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if identifier != expected.hex():
        raise InputError(f"{what} does not match its own id: it was copied wrongly")
    return Key(name, expected, material[1:])


def checkpoint(note: str, trusted: Trusted) -> Checkpoint:
    """The content of a checkpoint. A VerificationError when a trusted key has not signed it, be it a witness's."""
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise InputError("a checkpoint is a text, an empty line and signature lines")
    text += "\n"
    found = _signatures(signatures[:-1].split("\n"))
    for signature in _by(trusted.log, found):
        trusted.log.check(signature, text.encode())
    cosignatures = tuple(_cosignature(witness, found, text) for witness in trusted.witnesses)
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not re.fullmatch(r"0|[1-9][0-9]*", lines[1], re.ASCII):
        raise InputError("a checkpoint begins with the lines origin, size and root")
    if lines[0] != trusted.log.name:
        raise VerificationError(f"the checkpoint is of the log {lines[0]}, not of {trusted.log.name}")
    return Checkpoint(lines[0], int(lines[1]), base64_bytes(lines[2], "the root of the checkpoint"), cosignatures)


def base64_bytes(text: object, what: str) -> bytes:
    """The bytes of a base64 text; InputError names `what` otherwise."""
    if not isinstance(text, str):
        raise InputError(f"{what} is not a text")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{what} is not base64") from None


def _signatures(lines: Sequence[str]) -> list[tuple[str, bytes]]:
    """Who is said to have signed, each with the id of the key and the signature."""
    if len(lines) > _SIGNATURES:
        raise InputError("the checkpoint has too many signatures")
    found = []
    for line in lines:
        parts = _SIGNATURE_LINE.fullmatch(line)
        if parts is None:
            raise InputError("a signature line of the checkpoint is malformed")
        found.append((parts[1], base64_bytes(parts[2], "a signature of the checkpoint")))
    return found


def _by(key: Key, found: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """The signatures under the name and id of a key, one at least; whether they hold is still to be seen."""
    mine = [value[4:] for name, value in found if name == key.name and value[:4] == key.id]
    if not mine:
        raise VerificationError(f"the checkpoint carries no signature of the key {key.name}+{key.id.hex()}")
    return mine


def _cosignature(witness: Key, found: Sequence[tuple[str, bytes]], text: str) -> Cosignature:
    """What the witness says, the newest where it says it more than once."""
    times = []
    for value in _by(witness, found):
        at = int.from_bytes(value[:8], "big")
        witness.check(value[8:], f"cosignature/v1\ntime {at}\n{text}".encode())
        times.append(at)
    if not 0 < max(times) <= _LAST:
        raise VerificationError(f"the time in the cosignature of {witness.name} is none")
    return Cosignature(witness.name, datetime.fromtimestamp(max(times), UTC))
