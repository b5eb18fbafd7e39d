"""How long somebody stays signed in, and how sure that makes us (NIST SP 800-63B, 2.2 and 2.3)."""

from datetime import datetime, timedelta

from shared import states

SESSION = states.Machine("session", "open", states.moves({"end": ("open", "ended")}))
LONGEST = {"staff": timedelta(hours=10), "resident": timedelta(hours=1)}
IDLE = {"staff": timedelta(minutes=30), "resident": timedelta(minutes=20)}
LEVELS = ("aal1", "aal2")  # one factor; two, or a key that knows its owner
METHODS = {"password_totp": "aal2", "passkey": "aal2", "phone_code": "aal1", "paper_key": "aal1", "upstream": "aal2"}


def at_least(level: str, wanted: str) -> bool:
    """Whether a session's level is what a client asks for; an unknown wish is the lowest."""
    return LEVELS.index(level) >= (LEVELS.index(wanted) if wanted in LEVELS else 0)


def lives(kind: str, used_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether a session still lasts."""
    return now < ends_at and now - used_at < IDLE[kind]
