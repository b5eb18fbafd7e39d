"""Records between regions: closed forms, codes that cannot be guessed, one message for everybody."""

import re

import pytest

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
