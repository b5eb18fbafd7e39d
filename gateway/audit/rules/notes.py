"""Signed notes and checkpoints of the log (C2SP signed-note and tlog-checkpoint), and the key they are signed with."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

# signature types of C2SP signed-note: Ed25519 over the text, and a witness's over text and time (tlog-cosignature)
ED25519 = b"\x01"
COSIGNATURE = b"\x04"


@dataclass(frozen=True)
class Signer:
    """Whoever signs notes: a log by its origin, which is also the name of its key, or a witness by its name."""

    origin: str
    private: ed25519.Ed25519PrivateKey
    kind: bytes = ED25519

    def __post_init__(self) -> None:
        if not self.origin or "+" in self.origin or any(character.isspace() for character in self.origin):
            raise ValueError("an origin, as the name of every key, holds neither spaces nor a plus sign")

    @classmethod
    def load(cls, pem: bytes, origin: str) -> "Signer":
        """The identity whose private key is this PEM file (PKCS #8, unencrypted); ValueError if it is not Ed25519."""
        private = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(private, ed25519.Ed25519PrivateKey):
            raise ValueError("the log's key is not an Ed25519 private key")
        return cls(origin, private)

    @property
    def public(self) -> bytes:
        """The raw public key, 32 bytes (RFC 8032)."""
        return self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    @property
    def key_id(self) -> bytes:
        """The four bytes that name the key in a signed note."""
        return hashlib.sha256(self.origin.encode() + b"\n" + self.kind + self.public).digest()[:4]

    @property
    def verifier_key(self) -> str:
        """The public key as one line, `origin+id+key`, the form that tools for signed notes take."""
        return f"{self.origin}+{self.key_id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature (RFC 8032)."""
        return self.private.sign(message)


def origin(region: str) -> str:
    """What a region's log is called."""
    return f"jieli/{region}"


def root_of(note: str) -> bytes:
    """The root in a checkpoint of our own."""
    return base64.b64decode(note.split("\n", 3)[2])


def checkpoint(signer: Signer, size: int, root: bytes) -> str:
    """The signed statement that the log has this size and root. Two that contradict each other are a fork."""
    text = f"{signer.origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = base64.b64encode(signer.key_id + signer.sign(text.encode())).decode()
    return f"{text}\n— {signer.origin} {signature}\n"
