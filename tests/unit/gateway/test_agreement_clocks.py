"""The clocks of 政务数据共享条例 over known weeks: weekends and holidays pass, each runs only while it should."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from gateway.agreements.rules import Agreement
from gateway.agreements.steps import Side, Step
from gateway.lifecycle.rules import clocks
from shared.problems import Problem
from tests.unit.gateway.decisions import AGREEMENT

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


def step(kind: str, side: Side | None = "consumer", at: datetime = MONDAY) -> Step:
    return Step(kind, at, side, "staff-1")


def running(state: str, *steps: Step, **changes: object) -> list[tuple[str, str, str]]:
    """Kind, whose it is and the last day, of every clock."""
    agreement: Agreement = msgspec.structs.replace(AGREEMENT, state=state, **changes)
    found = clocks.running(agreement, steps)
    assert all(each.due for each in found)
    return [
        (each.kind, each.side, (each.due - timedelta(seconds=1) + timedelta(hours=8)).date().isoformat())
        for each in found
    ]


def test_an_unconditional_offer_is_answered_on_the_next_working_day() -> None:
    friday = datetime(2026, 11, 27, 2, tzinfo=UTC)
    offered = step("offered", at=friday)
    assert running("offered", offered, sharing_class="unconditional") == [("reply", "provider", "2026-11-30")]


def test_a_conditional_one_within_ten_and_once_ten_more() -> None:
    assert running("offered", step("offered")) == [("reply", "provider", "2026-12-07")]
    assert running("offered", step("offered"), step("extended", "provider")) == [("reply", "provider", "2026-12-21")]


def test_an_extension_counts_for_the_offer_that_it_was_given_for() -> None:
    before = (step("offered"), step("extended", "provider"), step("taken_back"))
    assert running("offered", *before, step("offered")) == [("reply", "provider", "2026-12-07")]


def test_what_is_agreed_is_shared_within_twenty_days_and_a_correction_answered_within_ten() -> None:
    assert running("agreed", step("agreed", None)) == [("share", "provider", "2026-12-21")]
    asked = step("correction_asked")
    assert running("active", asked) == [("correction", "provider", "2026-12-07")]
    assert running("active", asked, step("corrected", "provider")) == []


@pytest.mark.parametrize("end", ["terminated", "expired"])
def test_what_was_in_force_is_disposed_of_and_what_never_was_is_not(end: str) -> None:
    assert running(end, step(end, None)) == [("disposal", "consumer", "2026-12-23")]
    assert running(end, step(end, None), step("disposed")) == []
    assert running("terminated", step("offered"), step("refused", "provider")) == []


def test_a_reply_is_extended_once_in_time_and_only_under_conditions() -> None:
    offered, late = step("offered"), MONDAY + timedelta(days=30)
    agreement = msgspec.structs.replace(AGREEMENT, state="offered")
    clocks.check_extends(agreement, [offered], MONDAY)
    unconditional = msgspec.structs.replace(agreement, sharing_class="unconditional")
    for held, steps, now in (
        (agreement, [offered, step("extended")], MONDAY),
        (agreement, [offered], late),
        (unconditional, [offered], MONDAY),
        (AGREEMENT, [offered], MONDAY),
    ):
        with pytest.raises(Problem, match="reply-not-extendable"):
            clocks.check_extends(held, steps, now)


def test_a_clock_is_told_three_working_days_before_it_is_late() -> None:
    (clock,) = clocks.running(msgspec.structs.replace(AGREEMENT, state="offered"), [step("offered")])
    assert not clocks.is_told(clock, datetime(2026, 12, 2, 15, 59, tzinfo=UTC))
    assert clocks.is_told(clock, datetime(2026, 12, 2, 16, tzinfo=UTC))
    assert not clock.is_late(clock.due or MONDAY)


def test_a_clock_in_a_year_whose_working_days_are_not_known_is_told_without_a_day() -> None:
    offered = step("offered", at=datetime(2098, 12, 30, tzinfo=UTC))
    (clock,) = clocks.running(msgspec.structs.replace(AGREEMENT, state="offered"), [offered])
    assert (clock.due, clock.is_late(MONDAY), clocks.is_told(clock, MONDAY)) == (None, False, True)
