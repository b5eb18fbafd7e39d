"""What is signed, what is sent, and what is shown."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.rules import agreements, notices, states

TERMS = st.lists(st.tuples(st.text(min_size=1, max_size=50), st.dates()), min_size=1, max_size=5)


@given(TERMS, TERMS)
def test_two_texts_share_a_digest_only_if_they_are_the_same(
    one: list[tuple[str, date]], other: list[tuple[str, date]]
) -> None:
    same = agreements.digest(agreements.document("c", one, "s")) == agreements.digest(
        agreements.document("c", other, "s")
    )
    assert same is (one == other)


def test_a_digest_cannot_be_guessed_from_likely_terms() -> None:
    terms = [("退还押金 1800 元", date(2026, 12, 1))]
    first, second = (agreements.document("c", terms, agreements.new_salt()) for _ in range(2))
    assert agreements.digest(first) != agreements.digest(second)


def test_a_code_can_be_read_aloud_and_typed_in_any_way() -> None:
    code = agreements.new_code()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    key = b"k" * 32
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert agreements.code_tag(typed, key) == agreements.code_tag(code, key)
    assert agreements.code_tag(agreements.new_code(), key) != agreements.code_tag(code, key)


@given(st.integers(min_value=0, max_value=131_068))
def test_every_length_fits_a_size(length: int) -> None:
    assert length + 4 <= agreements.size_class(length)


def test_a_name_of_any_length_and_script_fills_one_size() -> None:
    assert {agreements.size_class(length) for length in range(2 * 150 * 4)} == {agreements.SIZES[0]}


def test_every_invitation_is_the_same_but_for_its_code() -> None:
    one, two = (notices.invitation(code, "https://g.test") for code in ("AAAA", "BBBB"))
    assert one.replace("AAAA", "BBBB") == two


@pytest.mark.parametrize("dispute_type", ["rent_deposit", "labour", "marriage_family"])
def test_every_exit_lists_other_routes_and_no_open_case_does(dispute_type: str) -> None:
    for state in states.CASE.states():
        assert bool(notices.remedies(state, dispute_type)) is (state in states.ENDS)


def test_the_duty_is_shown_on_every_case_alike() -> None:
    shown = {kind: notices.notices(kind) for kind in ("rent_deposit", "labour", "marriage_family")}
    assert all(texts[:2] == [notices.RIGHTS, notices.DUTY] for texts in shown.values())
    assert notices.PROTECTION in shown["marriage_family"]
    assert notices.PROTECTION not in shown["labour"]


def test_labour_goes_to_arbitration_first_and_unpaid_wages_to_a_payment_order() -> None:
    assert notices.remedies("declined", "labour")[0].code == "labour_arbitration"
    assert notices.remedies("breached", "labour")[0].code == "payment_order"
    assert "labour_arbitration" not in {route.code for route in notices.remedies("declined", "rent_deposit")}
