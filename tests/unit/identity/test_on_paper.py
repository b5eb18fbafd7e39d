"""What counts as paper, until when, and what a token says of it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import paper, sessions

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
seconds = st.integers(0, 3 * 86_400).map(lambda number: timedelta(seconds=number))


@given(st.booleans(), seconds)
def test_what_is_made_on_paper_counts_as_paper_for_24_hours_and_nothing_else_ever_does(
    on_paper: bool, age: timedelta
) -> None:
    assert paper.counts(paper.until(on_paper, NOW), NOW + age) == (on_paper and age < timedelta(hours=24))


@given(st.sampled_from(sorted({*sessions.METHODS, "counter_code", "paper_form"})), st.booleans())
def test_a_token_names_the_paper_that_a_sign_in_rests_on_once(method: str, on_paper: bool) -> None:
    named = sessions.rests_on(method, on_paper)
    assert named[0] == method
    assert ("paper_key" in named) == (on_paper or method == "paper_key")
    assert len(named) == len(set(named))


@given(seconds)
def test_a_sign_in_is_fresh_for_five_minutes(age: timedelta) -> None:
    assert sessions.is_fresh(NOW, NOW + age) == (age <= timedelta(minutes=5))
