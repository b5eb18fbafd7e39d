"""What a partner is told, when, how it is signed and to which addresses; pure."""

import base64
import hmac
import ipaddress
import random
import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from shared import problems
from shared.states import Machine, moves

TYPE: Final = "referral.state_changed"
PREFIX: Final = "whsec_"  # Standard Webhooks 1.0: base64 of the key comes after it
SECRET: Final = 32  # bytes
OVERLAP: Final = timedelta(hours=24)  # while the secret before still signs beside the new one
JITTER: Final = 60.0  # seconds at most between what happened and the first try
LONGEST: Final = 1000  # characters of an address
KEPT: Final = timedelta(days=30)  # what was not delivered by then is forgotten
# Seconds between tries, as Standard Webhooks proposes: three days and three hours in all.
WAITS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 90_000)
SPREAD: Final = 0.1  # of each wait, so that what failed together does not come back together

# Until the person has consented the recipient hears nothing, and nothing of her refusing either.
UNSEEN: Final = frozenset({"draft", "awaiting_consent"})
SHOWN: Final = "requested"

ADDRESS_UNFIT = problems.kind(
    422, "webhook-address-unfit", "Nothing is sent to this address", "Name one public https address, without a login."
)
NO_WEBHOOK = problems.kind(
    404, "webhook-not-registered", "Your organisation has no webhook", "Register one: PUT /v1/webhook."
)

ENDPOINT = Machine(
    "webhook",
    "active",
    moves({"disable": ("active|disabled", "disabled"), "register": ("active|disabled", "active")}),
)
MESSAGE = Machine("message", "waiting", moves({"give_up": ("waiting", "dead"), "replay": ("dead", "waiting")}))


def tells(before: str | None, after: str) -> bool:
    """Whether the recipient hears of it: only once the consent showed it the referral, and each state once."""
    if before is None or before in UNSEEN:
        return after == SHOWN
    return before != after


def body(referral: str, state: str, at: datetime) -> bytes:
    """All that a partner is told: which of its referrals, and where it stands."""
    said = {"type": TYPE, "timestamp": at, "data": {"referral": referral, "state": state}}
    return msgspec.json.encode(said)


def shown(secret: bytes) -> str:
    """The secret as it is given out, once."""
    return PREFIX + base64.b64encode(secret).decode()


def signed(message: str, at: int, content: bytes, secrets: list[bytes]) -> dict[str, str]:
    """The headers of one try (Standard Webhooks 1.0); `at` is now, in seconds since 1970."""
    text = f"{message}.{at}.".encode() + content
    made = (base64.b64encode(hmac.digest(secret, text, "sha256")).decode() for secret in secrets)
    signatures = " ".join(f"v1,{each}" for each in made)
    return {"webhook-id": message, "webhook-timestamp": str(at), "webhook-signature": signatures}


def first_try(now: datetime) -> datetime:
    """When the first try is due: what a person did at one moment does not reach two partners at one moment."""
    return now + timedelta(seconds=random.uniform(0, JITTER))  # noqa: S311 - not a secret


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many tries; None when it is over."""
    if attempts > len(WAITS):
        return None
    spread = random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - not a secret
    return now + timedelta(seconds=WAITS[attempts - 1] * spread)


def address(url: str, local: bool) -> SplitResult:
    """The parts of an address that something may be sent to; 422 otherwise. `local`: http to this machine is fine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ADDRESS_UNFIT() from None
    plain = local and parts.scheme == "http" and is_here(parts.hostname or "")
    is_clean = len(url) <= LONGEST and re.fullmatch(r"[!-~]+", url) and not parts.fragment and "@" not in parts.netloc
    if not (is_clean and parts.hostname and port != 0 and (plain or parts.scheme == "https")):
        raise ADDRESS_UNFIT()
    literal = _literal(parts.hostname)
    if literal and not may_reach(literal, local):
        raise ADDRESS_UNFIT()
    return parts


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    literal = _literal(host)
    return host == "localhost" or bool(literal and ipaddress.ip_address(literal).is_loopback)


def may_reach(found: str, local: bool) -> bool:
    """Whether this is an address of the public internet, or where that is allowed, of this machine."""
    ip = ipaddress.ip_address(found.partition("%")[0])
    inner = [ip, *_carried(ip)]
    if local and ip.is_loopback:
        return True
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in inner)


def _carried(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, 6to4, NAT64 (RFC 6052)."""
    if ip.version == 4:
        return []
    nat64 = ipaddress.IPv4Address(ip.packed[12:]) if ip in ipaddress.ip_network("64:ff9b::/96") else None
    return [each for each in (ip.ipv4_mapped, ip.sixtofour, nat64) if each]


def _literal(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return ""
