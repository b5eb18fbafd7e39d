"""How somebody proved who they are, for how long, and how sure that makes us (NIST SP 800-63B, 2.2 and 2.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import problems, states

OVER = problems.kind(401, "session-over", "This sign-in has ended", "Sign in again.")
SESSION = states.Machine("session", "open", states.moves({"end": ("open", "ended")}))
LONGEST = {"staff": timedelta(hours=10), "resident": timedelta(hours=1)}
IDLE = {"staff": timedelta(minutes=30), "resident": timedelta(minutes=20)}
LEVELS = ("aal1", "aal2")  # one factor; two, or a key that knows its owner
METHODS = {"password_totp": "aal2", "passkey": "aal2", "phone_code": "aal1", "paper_key": "aal1", "upstream": "aal2"}


PAPER = "paper_key"
FRESH = timedelta(minutes=5)  # of a sign-in, for whoever changes their ways in


@dataclass(frozen=True)
class Proof:
    """Who somebody proved to be: `subject` is a staff or person id; `since` when, if elsewhere and earlier.

    `on_paper` when it rests on paper: a paper key itself, or a way in that was obtained with one (decision 0008).
    """

    kind: str
    subject: str
    method: str
    on_paper: bool = False
    since: datetime | None = None


def rests_on(method: str, on_paper: bool) -> tuple[str, ...]:
    """The methods that a token names (RFC 8176): how it was proved, and the paper that this rests on."""
    return (method, PAPER) if on_paper and method != PAPER else (method,)


def is_fresh(authenticated_at: datetime, now: datetime) -> bool:
    """Whether a sign-in is fresh enough to change one's ways in."""
    return now - authenticated_at <= FRESH


def at_least(level: str, wanted: str) -> bool:
    """Whether a session's level is what a client asks for; an unknown wish is the lowest."""
    return LEVELS.index(level) >= (LEVELS.index(wanted) if wanted in LEVELS else 0)


def lives(kind: str, used_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether a session still lasts."""
    return now < ends_at and now - used_at < IDLE[kind]
