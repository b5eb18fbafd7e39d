"""When something is due and what ends by itself; every clock has a unit, and a year without data is an error."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

import chinese_calendar

from shared import problems
from shared.contracts.clock import day_of, end_of

Unit = Literal["working_day", "day"]
LONGEST_HOLD: Final = 90  # days until a review must come

CALENDAR_YEAR_MISSING = problems.kind(
    503,
    "calendar-year-missing",
    "The working days of that year are not known yet",
    "Update the working-day calendar to the State Council's notice for that year.",
)
REVIEW_DATE = problems.kind(
    422, "review-date-invalid", "This review date does not fit", "Choose a day after today, at most 90 days ahead."
)


@dataclass(frozen=True)
class Clock:
    """What is due `days` (of `unit`) after it began."""

    kind: str
    days: int
    unit: Unit


@dataclass(frozen=True)
class End:
    """What the clock does to a referral that nobody moved: after `days`, or with the consent where there are none."""

    verb: str
    reason: str
    days: int | None = None


ANSWER: Final = Clock("answer", 3, "working_day")
FIRST_CONTACT: Final = Clock("first_contact", 7, "day")
UPDATE: Final = Clock("update", 30, "day")
_CONSENT_OVER: Final = End("run_out", "consent_expired")
ENDS: Final[dict[str, End]] = {
    "draft": End("discard", "draft_not_used", 30),
    "awaiting_consent": End("lapse", "consent_not_given", 14),
    "requested": End("expire", "not_answered", 30),
    "accepted": _CONSENT_OVER,
    "in_progress": _CONSENT_OVER,
    "on_hold": _CONSENT_OVER,
}


def clock(state: str, sla_days: int | None, sla_unit: str | None) -> Clock | None:
    """The recipient's clock in `state`; the service's own time runs once work began, else an update every 30 days."""
    if state == "in_progress":
        unit: Unit = "working_day" if sla_unit == "working_day" else "day"
        return Clock("finish", sla_days, unit) if sla_days is not None else UPDATE
    return {"requested": ANSWER, "accepted": FIRST_CONTACT}.get(state)


def due(began: datetime, days: int, unit: str) -> datetime:
    """The end of the last day, counted from the day after it began (Civil Code 201); 503 `calendar-year-missing`."""
    day = day_of(began)
    if unit == "day":
        return end_of(day + timedelta(days=days))
    left = days
    while left:
        day += timedelta(days=1)
        left -= _is_working(day)
    return end_of(day)


def ends(state: str, began: datetime, consent_until: datetime | None) -> datetime | None:
    """When a referral in `state` ends by itself: its own time or the consent's end, whichever is earlier."""
    end = ENDS.get(state)
    if end is None:
        return None
    times = [began + timedelta(days=end.days)] if end.days is not None else []
    return min([*times, *([consent_until] if consent_until else [])], default=None)


def review(review_on: date, now: datetime) -> datetime:
    """When a held referral is looked at again; 422 `review-date-invalid`."""
    today = day_of(now)
    if not today < review_on <= today + timedelta(days=LONGEST_HOLD):
        raise REVIEW_DATE()
    return end_of(review_on)


def _is_working(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise CALENDAR_YEAR_MISSING(f"The working days of {day.year} are not known yet.", year=day.year) from None
