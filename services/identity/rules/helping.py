"""Who lets whom help: for how long, how many people one may help, and what a helper declares (product line 7)."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from services.identity.rules import letters
from shared import problems, states

DECLARED = frozenset({"not_official", "not_employer", "not_broker"})
LETTERS = 15  # of a code: 75 random bits
CODE_LASTS = timedelta(days=7)
LONGEST = 365  # days that somebody may help before being asked again
COUNTED = timedelta(days=365)
MOST = 5  # people helped by one helper while counted

DELEGATION = states.Machine("delegation", "active", states.moves({"end": ("active", "ended")}))
HELPER_SELF = problems.kind(
    409, "helper-is-oneself", "Nobody is their own helper", "Give the code to the person who is to help you."
)
CEILING = problems.kind(
    409,
    "helper-ceiling",
    "Five people in 365 days are the most",
    "Let somebody else help; the number stands in the code.",
)


def fresh() -> str:
    """A code as it is shown, once."""
    return letters.grouped(letters.random(LETTERS))


def check_room(helped: Iterable[tuple[uuid.UUID, datetime]], person: uuid.UUID, now: datetime) -> None:
    """409 `helper-ceiling` for a sixth person in any 365 days; `helped` are those before, and when it ended or ends.

    Helping counts until 365 days after it ended, so that no year has six, whenever it is thought to begin.
    """
    counted = {other for other, ends_at in helped if ends_at > now - COUNTED}
    if len(counted | {person}) > MOST:
        raise CEILING()
