"""Where another record is looked for, what speaks for it, and what a labelled set says of both."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.duplicates import Keyed, counted
from services.registry.rules import duplicates, names
from services.registry.rules.duplicates import Facts, Reason
from services.registry.rules.numbers import DocumentType
from tests.support import labelled
from tests.unit.registry.test_names import DOTS, HAN_NAMES

PEOPLE = st.integers(0, 10**6).map(lambda seed: labelled.person(labelled.seeded(seed)))
SELF = Facts(("阿布都·买买提",), date(1990, 3, 11), ("+8619900000001",), (DocumentType.RESIDENT_ID, "1" * 18))
KEY = b"k" * 32


def found(stored: Facts, second: Facts) -> bool:
    return Keyed([stored], KEY).asked(second) == {0}


@given(PEOPLE, HAN_NAMES, HAN_NAMES, DOTS, st.booleans())
def test_the_same_name_is_found_whatever_its_dot_and_order(
    person: Facts, one: str, other: str, dot: str, turned: bool
) -> None:
    stored = replace(person, writings=(f"{one}·{other}",))
    typed = names.canonical(f"{other}{dot}{one}" if turned else f"{one}{dot}{other}")
    assert found(stored, replace(stored, writings=(typed,), phones=("+8619911111111",), document=None))


@given(PEOPLE, st.dates(date(1950, 1, 1), date(2008, 1, 1)))
def test_another_birth_date_is_found_only_by_something_else(person: Facts, born: date) -> None:
    stored = replace(person, document=None)
    second = replace(stored, born=born, phones=("+8619911111111",))
    near = born in (stored.born, _swapped(stored.born))
    assert found(stored, second) == near
    assert found(stored, replace(second, phones=(*second.phones, *stored.phones)))


def _swapped(born: date) -> date | None:
    return born.replace(month=born.day, day=born.month) if born.day <= 12 else None


@given(PEOPLE, PEOPLE)
def test_two_people_share_no_key_and_what_is_said_of_them_is_closed(one: Facts, other: Facts) -> None:
    reasons = duplicates.reasons(one, other)
    assert set(reasons) <= set(Reason) == set(duplicates.WORDS)
    if Reason.OTHER_NAME in reasons and Reason.SAME_NUMBER not in reasons:
        assert not found(other, one)


@given(PEOPLE, PEOPLE)
def test_no_reason_repeats_a_value(one: Facts, other: Facts) -> None:
    said = " ".join(duplicates.WORDS[each] for each in duplicates.reasons(one, other))
    assert not any(value in said for facts in (one, other) for value in (*facts.writings, *facts.phones))


@pytest.mark.parametrize(
    ("document", "excluded"),
    [
        ((DocumentType.RESIDENT_ID, "2" * 18), True),
        ((DocumentType.RESIDENT_ID, "1" * 18), False),
        ((DocumentType.PASSPORT, "E1"), False),
        (None, False),
    ],
)
def test_only_numbers_for_life_tell_two_people_apart(document: tuple[DocumentType, str] | None, excluded: bool) -> None:
    assert duplicates.excluded(SELF, replace(SELF, document=document)) is excluded
    assert duplicates.excluded(replace(SELF, document=document), SELF) is excluded


def test_a_passport_and_an_old_permanent_residents_card_are_issued_anew() -> None:
    for kind, one, other in (
        (DocumentType.PASSPORT, "E1", "E2"),
        (DocumentType.FOREIGN_PERMANENT_RESIDENT, "ABC123456789012", "932682198501010017"),
        (DocumentType.HK_MACAO_TRAVEL_PERMIT, "H1234567801", "H1234567802"),
    ):
        before, now = (replace(SELF, document=(kind, number)) for number in (one, other))
        assert not duplicates.excluded(before, now)


def test_a_pass_that_was_issued_anew_is_found_by_what_lasts_of_its_number() -> None:
    before = replace(SELF, document=(DocumentType.HK_MACAO_TRAVEL_PERMIT, "H1234567801"))
    now = Facts(("别名",), date(1970, 1, 1), ("+8619922222222",), (DocumentType.HK_MACAO_TRAVEL_PERMIT, "H12345678"))
    assert found(before, now)
    assert Reason.SAME_NUMBER in duplicates.reasons(now, before)


REASONS: list[tuple[Callable[[Facts], Facts], set[Reason]]] = [
    (lambda facts: facts, {Reason.SAME_NUMBER, Reason.SAME_CONTACT, Reason.SAME_BIRTH_DATE, Reason.SAME_NAME}),
    (lambda facts: replace(facts, writings=("阿不都·买买提",)), {Reason.NAME_WRITTEN_OTHERWISE}),
    (lambda facts: replace(facts, writings=("李强",)), {Reason.OTHER_NAME}),
    (lambda facts: replace(facts, born=date(1990, 11, 3)), {Reason.DAY_AND_MONTH_SWAPPED}),
    (lambda facts: replace(facts, born=date(1991, 3, 11)), {Reason.OTHER_BIRTH_DATE}),
    (lambda facts: replace(facts, document=(DocumentType.PASSPORT, "E1")), {Reason.OTHER_NUMBER}),
]


@pytest.mark.parametrize(("change", "expected"), REASONS)
def test_each_reason_is_said_when_it_is_so(change: Callable[[Facts], Facts], expected: set[Reason]) -> None:
    assert expected <= set(duplicates.reasons(SELF, change(SELF)))


def test_messages_are_the_same_words_for_everybody_and_fit() -> None:
    words = duplicates.code_message("鄠邑区", "12345678")
    assert words.replace("12345678", "87654321") == duplicates.code_message("鄠邑区", "87654321")
    assert "12345678" in words and len(words.encode()) < 1_500


def test_on_the_labelled_set_most_are_found_and_nearly_nobody_else_is_written_to() -> None:
    """What the benchmark prints for more people; the kinds that keyed indexes cannot find are stated, not hidden."""
    made = labelled.made(4_000, 60, labelled.seeded(7))
    tallies = counted(made, Keyed(made.known, KEY).asked)
    together = tallies.pop("all together")
    assert together.found / together.of > 0.8 and together.found / together.asked > 0.99
    surely = {"only the phone is new", "no separator", "parts in another order", labelled.SWAPPED, "a new passport"}
    assert all(tallies[kind].found == tallies[kind].of == 60 for kind in surely)
    assert 0.3 < tallies["typing error in the name"].found / 60 < 0.7, "found by the document number alone"
    assert tallies["nobody before"].asked <= 2
