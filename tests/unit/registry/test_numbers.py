"""Document numbers: published samples pass, one wrong character never does, and no prefix is looked at."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import numbers
from shared import problems

TODAY = datetime.date(2026, 10, 10)
RESIDENT = numbers.DocumentType.RESIDENT_ID
PERMANENT = numbers.DocumentType.FOREIGN_PERMANENT_RESIDENT
HK_PERMIT = numbers.DocumentType.HK_MACAO_TAIWAN_PERMIT
DATES = st.dates(min_value=datetime.date(1900, 1, 1), max_value=TODAY).map(lambda day: day.strftime("%Y%m%d"))
PREFIXES = st.from_regex(r"[0-9]{6}", fullmatch=True)
SEQUENCES = st.from_regex(r"[0-9]{3}", fullmatch=True)


def whole(first_seventeen: str) -> str:
    return first_seventeen + numbers.check_character(first_seventeen)


def code_of(document_type: numbers.DocumentType, typed: str) -> str:
    with pytest.raises(problems.Problem) as refused:
        numbers.canonical(document_type, typed, TODAY)
    assert typed.strip() == "" or typed not in refused.value.detail
    return refused.value.kind.code


@pytest.mark.parametrize("sample", ["932682198501010017", "911124198108030024"])
def test_published_samples_of_permanent_residents_cards_pass(sample: str) -> None:
    assert numbers.canonical(PERMANENT, sample, TODAY) == sample


@pytest.mark.parametrize(
    ("document_type", "typed", "kept"),
    [
        ("resident_id", "11010519491231002x", "11010519491231002X"),
        ("resident_id", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("resident_id", "110105 19491231 002X", "11010519491231002X"),
        ("foreign_permanent_resident", "abc123456789012", "ABC123456789012"),
        ("hk_macao_pass", "h1234567801", "H1234567801"),
        ("hk_macao_pass", "M12345678", "M12345678"),
        ("taiwan_pass", "12345678", "12345678"),
        ("taiwan_pass", "1234567890", "1234567890"),
        ("passport", "e12345678", "E12345678"),
    ],
)
def test_each_document_is_kept_in_one_form(document_type: str, typed: str, kept: str) -> None:
    assert numbers.canonical(numbers.DocumentType(document_type), typed, TODAY) == kept


@pytest.mark.parametrize(
    ("document_type", "typed"),
    [
        ("resident_id", ""),
        ("resident_id", "110105491231002"),
        ("resident_id", "11010519491231002A"),
        ("resident_id", "1" * 1000),
        ("resident_id", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X"),
        ("foreign_permanent_resident", whole("11010519491231002")),
        ("foreign_permanent_resident", "AB1234567890123"),
        ("hk_macao_pass", "K12345678"),
        ("taiwan_pass", "123456789"),
        ("passport", "E1234-5678"),
        ("passport", "E" * 21),
    ],
)
def test_a_number_of_another_form_is_malformed(document_type: str, typed: str) -> None:
    assert code_of(numbers.DocumentType(document_type), typed) == "number-malformed"


@given(PREFIXES, DATES, SEQUENCES)
def test_every_prefix_of_an_identity_card_is_accepted(prefix: str, day: str, sequence: str) -> None:
    """610125 was withdrawn and stands on cards all the same; 810000 begins permits, and is nothing to refuse here."""
    number = whole(prefix + day + sequence)
    assert numbers.canonical(RESIDENT, number, TODAY) == number


@given(st.sampled_from(["810000", "820000", "830000"]), DATES, SEQUENCES, PREFIXES)
def test_a_residence_permit_of_hong_kong_macao_or_taiwan_is_known_by_its_first_digits(
    prefix: str, day: str, sequence: str, other: str
) -> None:
    number = whole(prefix + day + sequence)
    assert numbers.canonical(HK_PERMIT, number, TODAY) == number
    if other[1] not in "123":
        assert code_of(HK_PERMIT, whole(other + day + sequence)) == "number-malformed"


@given(st.from_regex(r"[0-9]{5}", fullmatch=True), DATES, SEQUENCES)
def test_a_permanent_residents_card_of_2023_begins_with_nine_and_has_the_same_check(
    place: str, day: str, sequence: str
) -> None:
    number = whole("9" + place + day + sequence)
    assert numbers.canonical(PERMANENT, number, TODAY) == number
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    assert code_of(PERMANENT, wrong) == "number-check-character"


@pytest.mark.parametrize(
    ("document_type", "number", "lasts"),
    [
        ("hk_macao_pass", "H1234567801", "H12345678"),
        ("hk_macao_pass", "H12345678", "H12345678"),
        ("taiwan_pass", "1234567890", "1234567890"),
        ("resident_id", "11010519491231002X", "11010519491231002X"),
    ],
)
def test_what_lasts_of_a_number_when_the_document_is_issued_anew(document_type: str, number: str, lasts: str) -> None:
    assert numbers.lasting(numbers.DocumentType(document_type), number) == lasts


@given(PREFIXES, DATES, SEQUENCES, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(prefix: str, day: str, sequence: str, place: int, shift: int) -> None:
    number = whole(prefix + day + sequence)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert code_of(RESIDENT, wrong) == "number-check-character"


@given(PREFIXES, DATES, SEQUENCES, st.integers(0, 15))
def test_two_swapped_digits_are_always_noticed(prefix: str, day: str, sequence: str, place: int) -> None:
    number = whole(prefix + day + sequence)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert code_of(RESIDENT, swapped) == "number-check-character"


@pytest.mark.parametrize("day", ["19490230", "19491301", "20261011", "00000101"])
def test_a_date_that_cannot_be_is_refused(day: str) -> None:
    assert code_of(RESIDENT, whole("110105" + day + "002")) == "number-impossible-date"
