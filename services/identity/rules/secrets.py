"""Secrets that browsers and clients hold: we keep their digests; and keyed digests of what people type."""

import hashlib
import hmac
import secrets


def fresh() -> str:
    """256 random bits, as text for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a secret (it is random, so a plain hash will do)."""
    return hashlib.sha256(secret.encode()).digest()


def keyed(key: str, *parts: str) -> bytes:
    """HMAC-SHA-256 over the parts under a key in hex: what is kept of things that could be guessed."""
    return hmac.digest(bytes.fromhex(key), "|".join(parts).encode(), "sha256")


def same(given: str, made: str) -> bool:
    """Whether two texts are the same, in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), made.encode())


def code() -> str:
    """A one-time code of eight digits: five tries guess it with a chance of 1 in 20 million."""
    return f"{secrets.randbelow(10**8):08d}"
