"""What was done with an agreement: every move of its state is a step, by an officer, a file or the clock; pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Side = Literal["provider", "consumer"]
IN_FORCE: Final = ("active", "suspended")
LIVE: Final = ("offered", "agreed", *IN_FORCE)
ENDED: Final = ("terminated", "expired", "superseded")  # kinds of steps that end what was in force
BEGUN: Final = ("activated", "suspended", *ENDED)  # kinds of steps that only what was in force has
AGREED: Final = ("agreed", *BEGUN)  # kinds of steps that only what was agreed has
_BY_FILE: Final = {
    "draft": "drafted",
    "offered": "offered",
    "agreed": "agreed",
    "active": "activated",
    "suspended": "suspended",
    "expired": "expired",
    "terminated": "terminated",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done: what, when, by which officer of which side, why; a file and a clock are no officer."""

    kind: str
    at: datetime
    side: Side | None
    officer: str
    reason: str = ""


def by_file(before: str | None, state: str, now: datetime) -> Step:
    """What a file did that took a version from `before` to a state: a file speaks for the provider."""
    kind = _BY_FILE[state]
    never = kind in ENDED and before not in IN_FORCE
    return Step("dropped" if never else kind, now, "provider", "")


def superseded(by: int, now: datetime) -> Step:
    """What ended because a later version is in force."""
    return Step("superseded", now, None, "", f"version {by}")
