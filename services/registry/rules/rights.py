"""What a person may ask about what is kept of her (PIPL chapter IV), and how long an answer may take."""

from datetime import date, timedelta
from typing import Final

from shared import problems, states

DAYS: Final = 15  # from the day of asking

RIGHT: Final = states.Machine("rights request", "received", states.moves({"carry_out": ("received", "carried_out")}))
ASKED_ALREADY = problems.kind(
    409, "erasure-asked-already", "This was asked for already", "Wait: nothing else has to be done."
)


def due_on(asked_on: date) -> date:
    """The last day for an answer."""
    return asked_on + timedelta(days=DAYS)
