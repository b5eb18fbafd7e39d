"""Keys on paper: read however they are typed, and what was mistyped is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import letters, paper
from shared.problems import Problem

keys = st.builds(paper.fresh)


@given(keys)
def test_a_key_is_read_as_it_was_printed(key: str) -> None:
    assert [len(group) for group in key.split("-")] == [5, 5, 5, 5]
    assert paper.read(key) == key.replace("-", "")


@given(keys, st.sampled_from(["lower", "spaces", "full width", "look-alikes"]))
def test_a_key_is_read_however_it_is_typed(key: str, way: str) -> None:
    typed = {
        "lower": key.lower(),
        "spaces": f" {key.replace('-', ' ')} ",
        "full width": "".join(chr(ord(each) + 0xFEE0) if each != "-" else each for each in key),
        "look-alikes": key.replace("0", "O").replace("1", "l"),
    }[way]
    assert paper.read(typed) == paper.read(key)


@given(keys, st.integers(0, paper.RANDOM), st.sampled_from(letters.ALPHABET))
def test_one_letter_mistyped_is_found(key: str, at: int, letter: str) -> None:
    right = paper.read(key)
    typed = right[:at] + letter + right[at + 1 :]
    if typed == right:
        assert paper.read(typed) == right
    else:
        with pytest.raises(Problem, match="paper-key-unreadable"):
            paper.read(typed)


@pytest.mark.parametrize("typed", ["", "-", "0" * 19, "0" * 21, "U" * 20, "١" * 20, "x" * 5000, "\x00" * 20])
def test_what_is_no_key_is_said_so(typed: str) -> None:
    with pytest.raises(Problem, match="paper-key-unreadable"):
        paper.read(typed)


def test_no_two_keys_are_alike() -> None:
    assert len({paper.fresh() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "pin", ["123456", "654321", "890123", "000000", "121212", "12345", "1234567", "12345a", "１２３９８７"]
)
def test_digits_that_are_easily_guessed_are_refused(pin: str) -> None:
    with pytest.raises(Problem, match="pin-weak"):
        paper.check_pin(pin)


@pytest.mark.parametrize("pin", ["294017", "112358"])
def test_other_digits_will_do(pin: str) -> None:
    paper.check_pin(pin)
