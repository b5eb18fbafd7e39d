"""Whom a thing is about, so that only the gateway can tell: pairwise ids for services, seals for everything stored."""

import hmac
import uuid

from shared.seals import Sealer
from shared.settings import Settings, in_turn


class Seals(Sealer):
    """Derives what services see of a person and opens what they give back."""

    def __init__(self, settings: Settings) -> None:
        newest, *older = in_turn(settings.seal_key)
        super().__init__(newest, "jieli-seal-v1", *older)
        self._pairwise = {service: bytes.fromhex(key) for service, key in settings.pairwise_keys.items()}

    def known_as(self, service: str, person: str) -> str:
        """The id that a service is told: pairwise, but for identity, where a person's own id comes from."""
        return person if service == "identity" else self.pairwise(service, person)

    def pairwise(self, service: str, person: str) -> str:
        """The id by which one service knows a person: HMAC-SHA-256 under its key, as a UUIDv8 (RFC 9562, 5.8)."""
        made = bytearray(hmac.digest(self._pairwise[service], person.encode(), "sha256")[:16])
        made[6] = made[6] & 0x0F | 0x80
        made[8] = made[8] & 0x3F | 0x80
        return str(uuid.UUID(bytes=bytes(made)))
