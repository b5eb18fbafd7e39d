"""The clocks of 政务数据共享条例, each read from the steps of an agreement; working days are the State Council's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import chinese_calendar

from gateway.agreements.rules import Agreement
from gateway.lifecycle.rules.steps import EXTENDED_ONCE, Side, Step, last, since
from shared import problems
from shared.contracts.clock import day_of, end_of

REPLY: Final = {"unconditional": 1, "conditional": 10}  # working days
EXTENSION: Final = 10
SHARE: Final = 20
CORRECT: Final = 10
DISPOSE: Final = 30  # days; the regulation names none
SOON: Final = 3  # working days before the end in which a clock is told as a reminder

WORKING_DAYS_UNKNOWN = problems.kind(
    503,
    "working-days-unknown",
    "The working days of that year are not known yet",
    "Update the working-day calendar to the State Council's notice for that year.",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """What is due, by whom, until when, and the article that says so."""

    kind: str
    article: str
    side: Side
    due: datetime


def running(agreement: Agreement, steps: Sequence[Step]) -> list[Clock]:
    """Every clock that runs now."""
    return [
        *_reply(agreement, steps),
        *_share(agreement, steps),
        *_correction(steps),
        *_disposal(steps),
    ]


def check_extends(agreement: Agreement, steps: Sequence[Step], now: datetime) -> None:
    """政务数据共享条例 21: a conditional reply is extended once, before it is late."""
    clock = next(_reply(agreement, steps), None)
    known = last(since(steps, "offered"), "extended")
    if clock is None or known or agreement.sharing_class != "conditional" or now > clock.due:
        raise EXTENDED_ONCE()


def working_days_after(began: datetime, days: int) -> datetime:
    """The end of the last of these working days, counted from the day after it began (Civil Code 201)."""
    day, left = day_of(began), days
    while left:
        day += timedelta(days=1)
        left -= _is_working(day)
    return end_of(day)


def remind_from(clock: Clock) -> datetime:
    """From when a clock is told although it is not late."""
    day, left = day_of(clock.due - timedelta(seconds=1)), SOON
    while left:
        day -= timedelta(days=1)
        left -= _is_working(day)
    return end_of(day)


def _reply(agreement: Agreement, steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 21: 1 working day when shared unconditionally, 10 under conditions, at most 10 more once, approved."""
    offered = last(steps, "offered")
    if agreement.state == "offered" and offered:
        days = REPLY.get(agreement.sharing_class, REPLY["unconditional"])
        days += EXTENSION if last(since(steps, "offered"), "extended") else 0
        answers: Side = "consumer" if offered.side == "provider" else "provider"
        yield Clock("reply", "政务数据共享条例 21", answers, working_days_after(offered.at, days))


def _share(agreement: Agreement, steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 22: what was agreed is shared within 20 working days."""
    agreed = last(steps, "agreed")
    if agreement.state == "agreed" and agreed:
        yield Clock("share", "政务数据共享条例 22", "provider", working_days_after(agreed.at, SHARE))


def _correction(steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 26: who is told that something is wrong verifies, corrects and answers within 10 working days."""
    asked = last(steps, "correction_asked")
    if asked and not last(since(steps, "correction_asked"), "corrected"):
        answers: Side = "consumer" if asked.side == "provider" else "provider"
        yield Clock("correction", "政务数据共享条例 26", answers, working_days_after(asked.at, CORRECT))


def _disposal(steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 27: when the purpose is met the data goes, and the consumer says so; the 30 days are this house's."""
    ended = last(steps, "terminated", "expired")
    if ended and not last(since(steps, ended.kind), "disposed"):
        yield Clock("disposal", "政务数据共享条例 27", "consumer", end_of(day_of(ended.at) + timedelta(days=DISPOSE)))


def _is_working(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise WORKING_DAYS_UNKNOWN(f"The working days of {day.year} are not known yet.", year=day.year) from None
