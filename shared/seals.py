"""Seals: short texts that only the holder of a key can open, different each time they are made."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, random per seal (NIST SP 800-38D)


class Sealer:
    """Makes and opens seals under one key (AES-256-GCM); `use` keeps seals of one use from passing for another's."""

    def __init__(self, key: bytes, use: str) -> None:
        self._key = AESGCM(key)
        self._use = use.encode()

    def seal(self, text: str) -> str:
        """A fresh seal: two seals of one text cannot be joined by anyone else."""
        nonce = secrets.token_bytes(NONCE)
        return base64.urlsafe_b64encode(nonce + self._key.encrypt(nonce, text.encode(), self._use)).decode()

    def open(self, seal: str) -> str | None:
        """The text in a seal, or None when it is not ours."""
        try:
            sealed = base64.urlsafe_b64decode(seal)
            return self._key.decrypt(sealed[:NONCE], sealed[NONCE:], self._use).decode()
        except (InvalidTag, ValueError):
            return None
