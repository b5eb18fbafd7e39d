"""A key on paper: 95 random bits and a check letter, with six digits that the person keeps in mind (decision 0008)."""

import re
from datetime import datetime, timedelta

from services.identity.rules import letters
from services.identity.rules.letters import ALPHABET, SIZE
from shared import problems

RANDOM = 19  # letters, and one to check them
MOST_WRONG = 10  # wrong PINs in a row, then the key is worth nothing
STAYS = timedelta(hours=24)  # that whatever was obtained on paper opens no more than paper does (product line 7)
_PIN = re.compile(r"[0-9]{6}")
_RUNS = "0123456789" * 2

PAPER = problems.kind(
    422, "paper-key-unreadable", "Not a paper key", "Type the twenty letters and digits as they stand on the paper."
)
PAPER_ALONE = problems.kind(
    403, "paper-key-alone", "Whoever has her phone makes her paper key herself", "Let her sign in, and make it alone."
)
PIN_WEAK = problems.kind(
    422, "pin-weak", "These six digits are easily guessed", "Take six digits, not in a row and not all alike."
)


def fresh() -> str:
    """A key as it is printed."""
    body = letters.random(RANDOM)
    return letters.grouped(body + _check(body))


def read(typed: str) -> str:
    """A key as it is kept, whatever way it was typed; 422 `paper-key-unreadable` for what was mistyped."""
    key = letters.folded(typed)
    if len(key) != RANDOM + 1 or set(key) - set(ALPHABET) or _check(key[:-1]) != key[-1]:
        raise PAPER()
    return key


def check_pin(pin: str) -> None:
    """Six digits, of which at least three differ, and no run upwards or downwards. Raises `pin-weak`."""
    if not _PIN.fullmatch(pin) or len(set(pin)) < 3 or pin in _RUNS or pin[::-1] in _RUNS:
        raise PIN_WEAK()


def until(on_paper: bool, now: datetime) -> datetime | None:
    """Until when a way in that is made now counts as paper, if it is made on paper."""
    return now + STAYS if on_paper else None


def counts(paper_until: datetime | None, now: datetime) -> bool:
    """Whether a way in counts as paper now."""
    return paper_until is not None and now < paper_until


def _check(body: str) -> str:
    """The check letter by ISO 7064's hybrid system for 32 letters: any one letter mistyped is found."""
    product = SIZE
    for letter in body:
        total = (product + ALPHABET.index(letter)) % SIZE or SIZE
        product = total * 2 % (SIZE + 1)
    return ALPHABET[(SIZE + 1 - product) % SIZE]
