"""Seals: short texts that only the holder of a key can open, different each time they are made."""

import base64
import contextlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, random per seal (NIST SP 800-38D)


class Sealer:
    """Makes seals under one key (AES-256-GCM) and opens them, and those under older ones while keys change.

    `use` keeps seals of one use from passing for another's.
    """

    def __init__(self, key: bytes, use: str, *older: bytes) -> None:
        self._keys = [AESGCM(each) for each in (key, *older)]
        self._use = use.encode()

    def seal(self, text: str) -> str:
        """A fresh seal: two seals of one text cannot be joined by anyone else."""
        nonce = secrets.token_bytes(NONCE)
        return base64.urlsafe_b64encode(nonce + self._keys[0].encrypt(nonce, text.encode(), self._use)).decode()

    def open(self, seal: str) -> str | None:
        """The text in a seal, or None when it is not ours."""
        for key in self._keys:
            with contextlib.suppress(InvalidTag, ValueError):
                sealed = base64.urlsafe_b64decode(seal)
                return key.decrypt(sealed[:NONCE], sealed[NONCE:], self._use).decode()
        return None
