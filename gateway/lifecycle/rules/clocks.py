"""The clocks of 政务数据共享条例, each read from the steps of an agreement; working days are the State Council's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import chinese_calendar

from gateway.agreements.rules import Agreement, Outline
from gateway.agreements.steps import ENDED, Side, Step
from gateway.lifecycle.rules.steps import EXTENDED_ONCE, correction, last, since
from shared.contracts.clock import day_of, end_of

REPLY: Final = {"unconditional": 1, "conditional": 10}  # working days
EXTENSION: Final = 10
SHARE: Final = 20
CORRECT: Final = 10
DISPOSE: Final = 30  # days; the regulation names none
SOON: Final = 3  # working days before the end in which a clock is told as a reminder


@dataclass(frozen=True, slots=True)
class Clock:
    """What is due, by whom, until when, the article that says so, and when the step was that set it.

    `due` is not known while the State Council has not said which days of that year are worked.
    """

    kind: str
    article: str
    side: Side
    due: datetime | None
    since: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether it is overdue."""
        return self.due is not None and self.due < now


def running(agreement: Agreement | Outline, steps: Sequence[Step], goes_on: bool = False) -> list[Clock]:
    """Every clock that runs now; `goes_on` is whether a later version covers the same data."""
    return [
        *_reply(agreement, steps),
        *_share(agreement, steps),
        *_correction(steps),
        *(() if goes_on else _disposal(steps)),
    ]


def check_extends(agreement: Agreement | Outline, steps: Sequence[Step], now: datetime) -> None:
    """政务数据共享条例 21: a conditional reply is extended once, before it is late."""
    clock = next(_reply(agreement, steps), None)
    known = last(since(steps, "offered"), "extended")
    if clock is None or known or agreement.sharing_class != "conditional" or clock.is_late(now):
        raise EXTENDED_ONCE()


def working_days_after(began: datetime, days: int) -> datetime | None:
    """The end of the last of these working days, counted from the day after it began (Civil Code 201), if known."""
    day = _counted(day_of(began), days, timedelta(days=1))
    return end_of(day) if day else None


def is_told(clock: Clock, now: datetime) -> bool:
    """Whether a clock is late, soon will be, or has a last day that nobody knows."""
    last_day = day_of(clock.due - timedelta(seconds=1)) if clock.due else None
    first = _counted(last_day, SOON, timedelta(days=-1)) if last_day else None
    return first is None or end_of(first) <= now


def _counted(day: date, days: int, one: timedelta) -> date | None:
    try:
        while days:
            day += one
            days -= bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None
    return day


def _reply(agreement: Agreement | Outline, steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 21: 1 working day when shared unconditionally, 10 under conditions, at most 10 more once, approved."""
    offered = last(steps, "offered")
    if agreement.state == "offered" and offered:
        extended = last(since(steps, "offered"), "extended")
        days = REPLY.get(agreement.sharing_class, REPLY["unconditional"]) + (EXTENSION if extended else 0)
        answers: Side = "consumer" if offered.side == "provider" else "provider"
        due = working_days_after(offered.at, days)
        yield Clock("reply", "政务数据共享条例 21", answers, due, (extended or offered).at)


def _share(agreement: Agreement | Outline, steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 22: what was agreed is shared within 20 working days."""
    agreed = last(steps, "agreed")
    if agreement.state == "agreed" and agreed:
        yield Clock("share", "政务数据共享条例 22", "provider", working_days_after(agreed.at, SHARE), agreed.at)


def _correction(steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 26: who is told that something is wrong verifies, corrects and answers within 10 working days."""
    asked = correction(steps)
    if asked:
        answers: Side = "consumer" if asked.side == "provider" else "provider"
        yield Clock("correction", "政务数据共享条例 26", answers, working_days_after(asked.at, CORRECT), asked.at)


def _disposal(steps: Sequence[Step]) -> Iterator[Clock]:
    """Article 27: when the purpose is met the data goes, and the consumer says so; the 30 days are this house's."""
    ended = last(steps, *ENDED)
    if ended and not last(since(steps, ended.kind), "disposed"):
        due = end_of(day_of(ended.at) + timedelta(days=DISPOSE))
        yield Clock("disposal", "政务数据共享条例 27", "consumer", due, ended.at)
