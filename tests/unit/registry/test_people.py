"""Contacts, dates, languages and guardian links; and the indexes over them."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import indexes, people
from shared import problems
from shared.contracts import clock

TODAY = datetime.date(2026, 10, 10)
KEY = bytes(range(32))
NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13900001234", "+8613900001234"),
        ("139 0000-1234", "+8613900001234"),
        ("１３９００００１２３４", "+8613900001234"),
        ("+86 139 0000 1234", "+8613900001234"),
        ("(029) 8481 2345", "+862984812345"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_one_number_has_one_form(typed: str, kept: str) -> None:
    assert people.phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "12345", "+0123456789", "call me", "1" * 40, "+١٣٩٠٠٠٠١٢٣٤"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(problems.Problem, match="phone-malformed"):
        people.phone(typed)


@given(st.text(max_size=80))
def test_a_kept_number_is_kept_the_same_again(typed: str) -> None:
    try:
        kept = people.phone(typed)
    except problems.Problem:
        return
    assert people.phone(kept) == kept


@pytest.mark.parametrize("born", [datetime.date(1899, 12, 31), TODAY + datetime.timedelta(days=1)])
def test_a_birth_date_lies_between_1900_and_today(born: datetime.date) -> None:
    assert people.birth_date(TODAY, TODAY) == TODAY
    with pytest.raises(problems.Problem, match="birth-date-impossible"):
        people.birth_date(born, TODAY)


@pytest.mark.parametrize("tag", ["zh", "ug", "bo", "mn-Mong", "zh-Hans-CN", "ii"])
def test_every_language_tag_is_welcome(tag: str) -> None:
    assert people.language(tag) == tag


def test_a_parent_answers_until_the_child_is_of_age_and_a_court_may_say_longer() -> None:
    people.check_dependant(datetime.date(2008, 10, 11), "birth_certificate", TODAY)
    people.check_dependant(datetime.date(1990, 1, 1), "court_order", TODAY)
    with pytest.raises(problems.Problem, match="dependant-of-age"):
        people.check_dependant(datetime.date(2008, 10, 10), "household_booklet", TODAY)


@given(NAMES, NAMES, st.dates())
def test_an_index_finds_another_writing_and_needs_the_whole_name_and_date(
    one: str, other: str, born: datetime.date
) -> None:
    index = indexes.name_and_birth(KEY, f"{one}·{other}", born.isoformat())
    assert index == indexes.name_and_birth(KEY, one + other, born.isoformat())
    assert index != indexes.name_and_birth(KEY, one, born.isoformat())
    assert index != indexes.name_and_birth(KEY, f"{one}·{other}", "")
    assert index != indexes.name_and_contact(KEY, f"{one}·{other}", born.isoformat())
    assert index != indexes.name_and_birth(KEY[::-1], f"{one}·{other}", born.isoformat())


def test_a_day_in_china_begins_eight_hours_before_utc() -> None:
    evening = datetime.datetime(2026, 10, 9, 16, tzinfo=datetime.UTC)
    assert clock.day_of(evening) == TODAY
    assert clock.end_of(TODAY) == datetime.datetime(2026, 10, 10, 16, tzinfo=datetime.UTC)
