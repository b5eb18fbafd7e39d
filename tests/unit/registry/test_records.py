"""Records between regions: closed forms, codes that cannot be guessed, one message for everybody."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import records
from shared import problems
from shared.contracts import vocabulary


def test_every_record_type_of_the_signed_release_has_its_closed_form() -> None:
    assert set(records.PARTS) == set(vocabulary.load().release.record_types)


@pytest.mark.parametrize("entry", [{}, {"vaccine": "x", "religion": "y"}, {"grade": "3"}])
def test_an_entry_holds_the_parts_of_its_type_only(entry: dict[str, str]) -> None:
    records.check_entry("vaccination", {"vaccine": "x", "dose": "1"})
    with pytest.raises(problems.Problem) as refused:
        records.check_entry("vaccination", entry)
    assert refused.value.extras["parts"] == sorted(records.PARTS["vaccination"])


def test_codes_have_eight_digits_and_differ() -> None:
    codes = {records.new_code() for _ in range(200)}
    assert len(codes) > 190
    assert all(re.fullmatch(r"[0-9]{8}", code) for code in codes)


def test_the_message_differs_between_people_in_the_code_alone() -> None:
    one, other = records.message("鄠邑区 (610118)", "11111111"), records.message("鄠邑区 (610118)", "22222222")
    assert one.replace("11111111", "") == other.replace("22222222", "")


def test_a_release_goes_one_way() -> None:
    assert records.RELEASE.after("waiting", "confirm") == "released"
    for state in ("received", "released"):
        with pytest.raises(problems.Problem):
            records.RELEASE.after(state, "confirm")


@given(st.integers(1, 200))
def test_a_message_rests_longer_after_each_try_and_never_more_than_a_quarter_of_an_hour(tried: int) -> None:
    assert 1 <= records.rest(tried) <= records.rest(tried + 1) <= 900


@given(st.datetimes(datetime(2026, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.integers(0, 200_000))
def test_a_message_is_given_up_when_its_code_has_run_out(written: datetime, hundredths: int) -> None:
    message = uuid.UUID(int=int(written.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62)
    age = timedelta(hours=hundredths / 100 + 0.005)
    assert records.is_too_old(message, written + age) == (age > timedelta(hours=24))
