"""Marks that a browser keeps after a success: who tries from there is not counted together with strangers."""

from services.identity.rules import secrets
from shared.settings import Settings


def known(settings: Settings, subject: str, mark: str) -> str:
    """The name of a browser in which this account signed in before, or nothing."""
    nonce, _, mac = mark.partition(".")
    return nonce if nonce and secrets.same(mac, _mac(settings, subject, nonce)) else ""


def mark(settings: Settings, subject: str, nonce: str = "") -> str:
    """What the browser keeps from now on; `nonce` where it has a name already."""
    named = nonce or secrets.fresh()
    return f"{named}.{_mac(settings, subject, named)}"


def _mac(settings: Settings, subject: str, nonce: str) -> str:
    return secrets.keyed(settings.index_key, "device", subject, nonce).hex()
