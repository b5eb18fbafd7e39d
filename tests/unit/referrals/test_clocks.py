"""Clocks: units, working days of the real calendar, a year without data, and what ends by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.rules import clocks
from shared.contracts import clock
from shared.problems import Problem

FRIDAY = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_days_end_with_the_last_day_in_beijing() -> None:
    assert clocks.due(FRIDAY, 7, "day") == datetime(2026, 11, 27, 16, tzinfo=UTC)


def test_working_days_pass_over_the_weekend() -> None:
    assert clocks.due(FRIDAY, 3, "working_day") == datetime(2026, 11, 25, 16, tzinfo=UTC)


def test_working_days_pass_over_a_holiday_and_count_the_saturday_worked_for_it() -> None:
    before_national_day = datetime(2026, 9, 30, 3, tzinfo=UTC)
    first_day_back = clocks.due(before_national_day, 1, "working_day")
    assert first_day_back == clock.end_of(date(2026, 10, 8))
    worked_saturday = clocks.due(before_national_day, 3, "working_day")
    assert worked_saturday == clock.end_of(date(2026, 10, 10))


def test_a_late_evening_in_utc_is_the_next_day_in_beijing() -> None:
    assert clocks.due(datetime(2026, 11, 19, 17, tzinfo=UTC), 1, "day") == clock.end_of(date(2026, 11, 21))


def test_a_year_without_data_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(Problem) as refused:
        clocks.due(datetime(2098, 12, 30, tzinfo=UTC), 10, "working_day")
    assert refused.value.kind is clocks.CALENDAR_YEAR_MISSING
    assert refused.value.extras == {"year": 2098}
    assert clocks.due(datetime(2098, 12, 30, tzinfo=UTC), 10, "day")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),
    st.integers(0, 45),
    st.sampled_from(["day", "working_day"]),
)
def test_a_longer_clock_never_ends_earlier_and_never_in_the_past(began: datetime, days: int, unit: str) -> None:
    due = clocks.due(began, days, unit)
    assert began < due <= clocks.due(began, days + 1, unit)
    assert due >= began + timedelta(days=days) - timedelta(days=1)


def test_the_services_own_time_runs_once_work_began() -> None:
    assert clocks.clock("requested", 10, "working_day") == clocks.ANSWER
    assert clocks.clock("accepted", 10, "working_day") == clocks.FIRST_CONTACT
    assert clocks.clock("in_progress", 10, "working_day") == clocks.Clock("finish", 10, "working_day")
    assert clocks.clock("in_progress", 10, "local_guide") == clocks.Clock("finish", 10, "day")
    assert clocks.clock("in_progress", None, "working_day") == clocks.UPDATE
    assert clocks.clock("completed", 10, "working_day") is None


@pytest.mark.parametrize(("state", "days"), [("draft", 30), ("awaiting_consent", 14), ("requested", 30)])
def test_what_nobody_moves_ends_by_itself(state: str, days: int) -> None:
    assert clocks.ends(state, FRIDAY, None) == FRIDAY + timedelta(days=days)


def test_the_earlier_of_clock_and_consent_wins() -> None:
    assert clocks.ends("requested", FRIDAY, FRIDAY + timedelta(days=3)) == FRIDAY + timedelta(days=3)
    assert clocks.ends("requested", FRIDAY, FRIDAY + timedelta(days=300)) == FRIDAY + timedelta(days=30)
    assert clocks.ends("in_progress", FRIDAY, FRIDAY + timedelta(days=300)) == FRIDAY + timedelta(days=300)
    assert clocks.ends("in_progress", FRIDAY, None) is None
    assert clocks.ends("completed", FRIDAY, FRIDAY) is None


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_review_is_neither_today_nor_far_away(days: int) -> None:
    with pytest.raises(Problem) as refused:
        clocks.review(FRIDAY.date() + timedelta(days=days), FRIDAY)
    assert refused.value.kind is clocks.REVIEW_DATE
    assert clocks.review(FRIDAY.date() + timedelta(days=90), FRIDAY) > FRIDAY
