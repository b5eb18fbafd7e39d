"""How the log names members of staff, and on whom or what an administrator acts."""

import hmac
import re

import msgspec

from gateway.audit.rules.entries import Target
from gateway.exchange.routes import Match

# As identity lets administrators choose them: nothing else that a caller writes enters the log.
CHOSEN = re.compile(r"[a-z0-9][a-z0-9-]{2,63}")


class _New(msgspec.Struct):
    id: str = ""


def target(match: Match, body: bytes, index_key: str) -> Target | None:
    """Whom or what the path names, or the body where something new is registered; staff by their pseudonym."""
    named = match.target_id or (_new(body) if match.route.registers else "")
    if not CHOSEN.fullmatch(named):
        return None
    kind = match.target_type or match.route.registers
    return Target(kind, pseudonym(index_key, named) if kind == "staff" else named)


def hidden(target: Target | None, index_key: str) -> Target | None:
    """The same, with an id that only whoever has the key can tell: what was asked may be anything."""
    return target and Target(
        target.kind, target.id if target.kind == "staff" else _keyed(index_key, target.kind, target.id)
    )


def pseudonym(index_key: str, staff: str) -> str:
    """How the log names a member of staff: always the same, and nobody's name."""
    return _keyed(index_key, "officer", staff) if staff else ""


def _keyed(index_key: str, kind: str, named: str) -> str:
    return hmac.digest(bytes.fromhex(index_key), f"{kind}|{named}".encode(), "sha256").hex()[:16]


def _new(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_New).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
