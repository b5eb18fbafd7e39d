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

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def _networks(written: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(map(ipaddress.ip_network, written.split()))


TYPE: Final = "referral.state_changed"
PREFIX: Final = "whsec_"  # Standard Webhooks 1.0: base64 of the key comes after it
SECRET: Final = 32  # bytes
OVERLAP: Final = timedelta(hours=24)  # while the secret before still signs beside the new one
JITTER: Final = 60.0  # seconds at most between what happened and the first try
LONGEST: Final = 1000  # characters of an address
KEPT: Final = timedelta(days=30)  # what was not delivered by then is forgotten
# Seconds between tries, about as Standard Webhooks proposes: 76 and a half hours in all, give or take SPREAD.
WAITS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 90_000)
SPREAD: Final = 0.1  # of each wait, so that what failed together does not come back together

# Until the person has consented the recipient hears nothing, and nothing of her refusing either.
UNSEEN: Final = frozenset({"draft", "awaiting_consent"})
SHOWN: Final = "requested"
# States that a recipient has to hear of even of a person who was erased: it has to delete what it holds.
ENDS: Final = frozenset({"completed", "failed", "rejected", "cancelled", "expired", "revoked"})

PORT: Final = 443  # the one that the gateway's network lets out
# A name as names are in the DNS; one that ends in a number would be read as an IPv4 address (WHATWG URL, 3.5).
_LABEL = "[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
_NAME: Final = re.compile(rf"({_LABEL}\.)*(?![0-9]+$|0x[0-9a-f]*$){_LABEL}")
# What is not the public internet (the registries of IANA, and Azure's 168.63.129.16), written out here so that
# no version of Python changes it.
_NOT_PUBLIC_4: Final = _networks(
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24"
    " 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3"
)
_PUBLIC_6: Final = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = _networks("2001::/23 2001:db8::/32 2002::/16 3fff::/20")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_ISATAP: Final = (bytes.fromhex("00005efe"), bytes.fromhex("02005efe"))  # RFC 5214: before an IPv4 address

ADDRESS_UNFIT = problems.kind(
    422,
    "webhook-address-unfit",
    "Nothing is sent to this address",
    "Name one public https address on port 443, without a login.",
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
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ADDRESS_UNFIT() from None
    here = local and is_here(host)
    is_clean = len(url) <= LONGEST and re.fullmatch(r"[!-~]+", url) and not parts.fragment and "@" not in parts.netloc
    fits_here = here and parts.scheme in ("http", "https") and port != 0
    is_fit = fits_here or (parts.scheme == "https" and port in (None, PORT))
    if not (is_clean and is_fit and _is_host(parts, local)):
        raise ADDRESS_UNFIT()
    return parts


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    literal = _literal(host)
    return host == "localhost" or bool(literal and literal.is_loopback)


def may_reach(found: str, local: bool) -> bool:
    """Whether this is an address of the public internet, or where that is allowed, of this machine."""
    ip = _unwrapped(ipaddress.ip_address(found.partition("%")[0]))
    if local and ip.is_loopback:
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in each for each in _NOT_PUBLIC_4)
    is_public = ip in _PUBLIC_6 and not any(ip in each for each in _NOT_PUBLIC_6)
    return is_public and ip.packed[8:12] not in _ISATAP


def _unwrapped(ip: IP) -> IP:
    """The IPv4 address that an IPv6 address stands for: mapped, or NAT64."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    return ipaddress.IPv4Address(ip.packed[12:]) if ip in _NAT64 else ip.ipv4_mapped or ip


def _is_host(parts: SplitResult, local: bool) -> bool:
    host = parts.hostname or ""
    if literal := _literal(host):
        return may_reach(str(literal), local)
    return "[" not in parts.netloc and bool(_NAME.fullmatch(host))


def _literal(host: str) -> IP | None:
    try:
        return None if "%" in host else ipaddress.ip_address(host)
    except ValueError:
        return None
