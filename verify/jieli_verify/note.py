"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint): opened only with a key that is already trusted."""

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jieli_verify.verdicts import InputError, VerificationError

_ED25519 = 1
_SIGNATURES = 100  # far above the 16 that every verifier must take
_SIGNATURE_LINE = re.compile(r"— (\S+) (\S+)")


class Key(NamedTuple):
    """A log's public key, as it stands in its one-line form: name+id+base64."""

    name: str
    id: bytes
    public: bytes

    def check(self, signature: bytes, message: bytes) -> None:
        """VerificationError when the signature is not by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            raise VerificationError(f"the signature of {self.name} is not genuine") from None


class Checkpoint(NamedTuple):
    """What a log says about itself: how many entries, under which root."""

    origin: str
    size: int
    root: bytes


def key(line: str) -> Key:
    """The key in a line `name+id+key`; InputError when it is none."""
    name, _, rest = line.strip().partition("+")
    identifier, _, encoded = rest.partition("+")
    material = base64_bytes(encoded, "the log's key")
    if not name or not name.isprintable() or len(material) != 33 or material[0] != _ED25519:
        raise InputError("the log's key is not an Ed25519 key of the form name+id+base64")
    expected = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if identifier != expected.hex():
        raise InputError("the log's key does not match its own id: it was copied wrongly")
    return Key(name, expected, material[1:])


def checkpoint(note: str, trusted: Key) -> Checkpoint:
    """The content of a checkpoint. A VerificationError when the trusted key has not signed it."""
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise InputError("a checkpoint is a text, an empty line and signature lines")
    text += "\n"
    _check_signed(text, signatures[:-1].split("\n"), trusted)
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not re.fullmatch(r"0|[1-9][0-9]*", lines[1], re.ASCII):
        raise InputError("a checkpoint begins with the lines origin, size and root")
    if lines[0] != trusted.name:
        raise VerificationError(f"the checkpoint is of the log {lines[0]}, not of {trusted.name}")
    return Checkpoint(lines[0], int(lines[1]), base64_bytes(lines[2], "the root of the checkpoint"))


def base64_bytes(text: object, what: str) -> bytes:
    """The bytes of a base64 text; InputError names `what` otherwise."""
    if not isinstance(text, str):
        raise InputError(f"{what} is not a text")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{what} is not base64") from None


def _check_signed(text: str, lines: list[str], trusted: Key) -> None:
    if len(lines) > _SIGNATURES:
        raise InputError("the checkpoint has too many signatures")
    signed = False
    for line in lines:
        parts = _SIGNATURE_LINE.fullmatch(line)
        if parts is None:
            raise InputError("a signature line of the checkpoint is malformed")
        signature = base64_bytes(parts[2], "a signature of the checkpoint")
        if parts[1] == trusted.name and signature[:4] == trusted.id:
            trusted.check(signature[4:], text.encode())
            signed = True
    if not signed:
        raise VerificationError(f"the checkpoint carries no signature of the key {trusted.name}+{trusted.id.hex()}")
