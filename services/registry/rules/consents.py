"""What makes a consent real: its states, its bounds in time, the chain of its events (PIPL art. 14 to 16, 29, 31)."""

import calendar
import datetime
import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import rfc8785

from shared import problems

GUARDIAN_AGE: Final = 14  # years; PIPL art. 31
MAX_MONTHS: Final = 12
PAPER_WAITS: Final = datetime.timedelta(hours=24)
ASK_AGAIN_AFTER: Final = datetime.timedelta(days=30)
GENESIS: Final = "0" * 64

EXPIRY = problems.kind(
    422, "consent-expiry", "This expiry is not possible", f"Choose a day from today to {MAX_MONTHS} months from today."
)
REFUSED_RECENTLY = problems.kind(
    409, "consent-refused-recently", "Refused within the last 30 days", "It is not asked again before 30 days are over."
)
FROZEN = problems.kind(
    409, "consents-frozen", "You have frozen your consents", "End that first: until then nothing is handed over."
)
CHAIN_BROKEN = problems.kind(
    500,
    "consent-chain-broken",
    "The history of this consent was altered",
    "Show your receipt to the data-protection officer: it proves what was decided.",
)


class ConsentState(StrEnum):
    """The states of a consent. A refusal, a withdrawal and an expiry are each the end."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def state(stored: ConsentState, expires_on: datetime.date, today: datetime.date) -> ConsentState:
    """The state as of today: a consent lives through its last day and ends by itself."""
    return ConsentState.EXPIRED if stored is ConsentState.GIVEN and today > expires_on else stored


def check_expiry(expires_on: datetime.date, today: datetime.date) -> None:
    """Expiry is mandatory, not in the past, at most twelve months ahead. Raises `consent-expiry`."""
    if not today <= expires_on <= months_later(today, MAX_MONTHS):
        raise EXPIRY()


def opens_at(proved_by: str, decided_at: datetime.datetime) -> datetime.datetime | None:
    """When a consent begins to open what it covers: at once (None), or a day later where paper alone proves it."""
    return decided_at + PAPER_WAITS if proved_by == "paper" else None


def check_not_asked_too_soon(refused_at: datetime.datetime | None, now: datetime.datetime) -> None:
    """A refusal blocks asking for the same again for 30 days. Raises `consent-refused-recently`."""
    if refused_at is not None and now < refused_at + ASK_AGAIN_AFTER:
        raise REFUSED_RECENTLY()


def needs_guardian(birth_date: datetime.date, today: datetime.date) -> bool:
    """Whether a guardian decides: under fourteen (PIPL art. 31)."""
    return today < months_later(birth_date, GUARDIAN_AGE * 12)


def event_form(previous: str, event: Mapping[str, str | int]) -> bytes:
    """The RFC 8785 form of the event joined to the hash before it."""
    return rfc8785.dumps({"previous": previous, "event": dict(event)})


def event_hash(previous: str, event: Mapping[str, str | int]) -> str:
    """SHA-256 (hex) over that form.

    The event must hold a random salt: without one, few enough decisions exist that the hash would give them away.
    """
    return hashlib.sha256(event_form(previous, event)).hexdigest()


def check_chain(events: Iterable[tuple[str, str, Mapping[str, str | int]]], head: str) -> None:
    """Raises `consent-chain-broken` unless (previous, hash, event) in order form one chain from GENESIS to `head`."""
    reached = GENESIS
    for previous, digest, event in events:
        if previous != reached or digest != event_hash(previous, event):
            raise CHAIN_BROKEN()
        reached = digest
    if reached != head:
        raise CHAIN_BROKEN()


def months_later(date: datetime.date, months: int) -> datetime.date:
    """The same day of the month so many months later, or the last day of that month if it has no such day."""
    year, month_index = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = calendar.monthrange(year, month_index + 1)[1]
    return datetime.date(year, month_index + 1, min(date.day, last))
