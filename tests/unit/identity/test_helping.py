"""Five people in any 365 days, whoever they are and however short it was; and codes that nobody guesses."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import helping as rules
from services.identity.rules import letters
from shared.problems import Problem

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
PEOPLE = [uuid.UUID(int=number) for number in range(9)]
BRIEFLY = timedelta(minutes=1)

Span = tuple[uuid.UUID, datetime, datetime]
asks = st.lists(
    st.tuples(
        st.integers(0, 150),  # days after the one before
        st.sampled_from(PEOPLE),
        st.integers(1, rules.LONGEST),  # days that it lasts
    ),
    max_size=40,
)


def refused(spans: list[Span], person: uuid.UUID, now: datetime) -> bool:
    try:
        rules.check_room(((other, ends_at) for other, _, ends_at in spans), person, now)
    except Problem as problem:
        assert problem.kind == rules.CEILING
        return True
    return False


def let_in(asked: list[tuple[int, uuid.UUID, int]]) -> list[Span]:
    """What comes of it when a helper asks again and again; each lasts so long, or was ended so early."""
    spans: list[Span] = []
    now = START
    for after, person, days in asked:
        now += timedelta(days=after)
        if not refused(spans, person, now):
            spans.append((person, now, now + timedelta(days=days)))
    return spans


@given(asks)
def test_no_365_days_have_a_sixth_person(asked: list[tuple[int, uuid.UUID, int]]) -> None:
    spans = let_in(asked)
    edges = [edge for _, begins_at, ends_at in spans for edge in (begins_at - YEAR, ends_at)]
    for begin in [edge + shift for edge in edges for shift in (-BRIEFLY, timedelta(0), BRIEFLY)]:
        helped = {person for person, begins_at, ends_at in spans if begins_at < begin + YEAR and ends_at > begin}
        assert len(helped) <= rules.MOST


@given(asks, st.integers(0, 800))
def test_nobody_is_refused_while_there_is_room(asked: list[tuple[int, uuid.UUID, int]], later: int) -> None:
    spans = let_in(asked)
    now = max((begins_at for _, begins_at, _ in spans), default=START) + timedelta(days=later)
    held = {person for person, _, ends_at in spans if ends_at > now - YEAR}
    for person in PEOPLE:
        assert refused(spans, person, now) == (person not in held and len(held) == rules.MOST)


def test_who_was_helped_for_a_minute_counts_for_365_days() -> None:
    spans = [(person, START, START + BRIEFLY) for person in PEOPLE[:5]]
    sixth, over = PEOPLE[5], START + BRIEFLY + YEAR
    assert refused(spans, sixth, over - BRIEFLY)
    assert not refused(spans, sixth, over)
    assert not refused(spans, PEOPLE[0], START + BRIEFLY)


def test_a_code_is_read_however_it_is_typed_and_no_two_are_alike() -> None:
    codes = {rules.fresh() for _ in range(1000)}
    assert len(codes) == 1000
    for code in codes:
        assert [len(group) for group in code.split("-")] == [5, 5, 5]
        assert letters.folded(f" {code.lower().replace('-', ' ')} ") == code.replace("-", "")


def test_what_ended_stays_ended() -> None:
    with pytest.raises(Problem, match="state-conflict"):
        rules.DELEGATION.after("ended", "end")
