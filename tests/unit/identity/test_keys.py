"""Which key signs and which may go, at every moment of any history of rotations."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import keys, tokens

START = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 10_000).map(lambda seconds: START + timedelta(seconds=seconds))
LIFE = timedelta(seconds=tokens.LIFETIME)
HISTORIES = st.sets(MOMENTS, min_size=1, max_size=5).map(sorted)


def files(history: list[datetime], now: datetime) -> list[str]:
    """The keys that were made until `now`, and the first of them in any case."""
    return [keys.name(made) for made in history if made <= now] or [keys.name(history[0])]


@given(HISTORIES, MOMENTS)
def test_what_signs_was_published_for_five_minutes_or_is_all_there_was(history: list[datetime], now: datetime) -> None:
    there = files(history, now)
    chosen = keys.signing(there, now)
    ready = [file for file in there if (made := keys.made(file)) and made + timedelta(minutes=5) <= now]
    assert chosen == (ready[-1] if ready else there[0])


@given(HISTORIES, MOMENTS, st.integers(0, 20_000))
def test_no_key_goes_while_a_token_of_it_may_be_alive(history: list[datetime], signed: datetime, later: int) -> None:
    now = signed + timedelta(seconds=later)
    used = keys.signing(files(history, signed), signed)
    if used in keys.finished(files(history, now), now):
        assert now >= signed + LIFE


@given(HISTORIES, MOMENTS)
def test_the_key_that_signs_stays(history: list[datetime], now: datetime) -> None:
    there = files(history, now)
    assert keys.signing(there, now) not in keys.finished(there, now)


def test_a_key_goes_twenty_minutes_after_its_successor_began() -> None:
    old, new = keys.name(START), keys.name(START + timedelta(hours=1))
    began = START + timedelta(hours=1, minutes=5)
    assert keys.finished([old, new], began + timedelta(minutes=20)) == [old]
    assert keys.finished([old, new], began + timedelta(minutes=20, seconds=-1)) == []


def test_the_key_of_an_older_release_is_the_oldest() -> None:
    new = keys.name(START)
    assert keys.in_order([new, "token.pem"]) == ["token.pem", new]


@pytest.mark.parametrize(
    "file", ["token-1.pem", "token-20261301000000.pem", "token-20260101000000.pem.part", "federation.pem", "..data"]
)
def test_other_files_are_no_signing_keys(file: str) -> None:
    assert keys.made(file) is None
    assert keys.signing([file], START) is None
