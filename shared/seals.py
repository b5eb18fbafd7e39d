"""Seals: short texts that only the holder of a key can open, different each time they are made."""

import base64
import contextlib
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, random per seal (NIST SP 800-38D)


def name_of(key: bytes) -> str:
    """How a key is named beside what it made, while keys change; it tells nothing of the key."""
    return hashlib.sha256(b"jieli-key-name" + key).hexdigest()[:8]


class Sealer:
    """Makes seals under one key (AES-256-GCM) and opens them, and those under older ones while keys change.

    `use` keeps seals of one use from passing for another's.
    """

    def __init__(self, key: bytes, use: str, *older: bytes) -> None:
        self._keys = [AESGCM(each) for each in (key, *older)]
        self._use = use.encode()

    def seal(self, text: str) -> str:
        """A fresh seal: two seals of one text cannot be joined by anyone else."""
        return base64.urlsafe_b64encode(self.shut(text.encode())).decode()

    def open(self, seal: str) -> str | None:
        """The text in a seal, or None when it is not ours."""
        with contextlib.suppress(ValueError):
            content = self.opened(base64.urlsafe_b64decode(seal))
            return content.decode() if content is not None else None
        return None

    def shut(self, content: bytes) -> bytes:
        """Seal bytes, as `seal` seals a text."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._keys[0].encrypt(nonce, content, self._use)

    def opened(self, sealed: bytes) -> bytes | None:
        """What `shut` sealed, or None when it is not ours."""
        for key in self._keys:
            with contextlib.suppress(InvalidTag, ValueError):
                return key.decrypt(sealed[:NONCE], sealed[NONCE:], self._use)
        return None
