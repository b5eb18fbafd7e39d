"""Whom a thing is about, so that only the gateway can tell: pairwise ids for services, seals for everything stored."""

import base64
import hmac
import secrets
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.settings import Settings

NONCE = 12  # bytes
_AAD = b"jieli-seal-v1"


class Seals:
    """Derives what services see of a person and opens what they give back."""

    def __init__(self, settings: Settings) -> None:
        self._pairwise = {service: bytes.fromhex(key) for service, key in settings.pairwise_keys.items()}
        self._seal = AESGCM(bytes.fromhex(settings.seal_key))

    def pairwise(self, service: str, person: str) -> str:
        """The id by which one service knows a person: HMAC-SHA-256 under its key, as a UUIDv8 (RFC 9562, 5.8)."""
        made = bytearray(hmac.digest(self._pairwise[service], person.encode(), "sha256")[:16])
        made[6] = made[6] & 0x0F | 0x80
        made[8] = made[8] & 0x3F | 0x80
        return str(uuid.UUID(bytes=bytes(made)))

    def seal(self, person: str) -> str:
        """A fresh seal: two seals of one person cannot be joined by anyone else."""
        nonce = secrets.token_bytes(NONCE)
        return base64.urlsafe_b64encode(nonce + self._seal.encrypt(nonce, person.encode(), _AAD)).decode()

    def open(self, seal: str) -> str | None:
        """The person in a seal, or None when it is not ours."""
        try:
            sealed = base64.urlsafe_b64decode(seal)
            return self._seal.decrypt(sealed[:NONCE], sealed[NONCE:], _AAD).decode()
        except (InvalidTag, ValueError):
            return None
