"""Consents: bounds in time, the thirty days after a refusal and the chain of events."""

import copy
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rules import consents
from shared import problems

TODAY = datetime.date(2026, 10, 10)
NOW = datetime.datetime(2026, 10, 10, 9, tzinfo=datetime.UTC)
GIVEN = consents.ConsentState.GIVEN
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["given", "withdrawn"]), "salt": st.text(max_size=8), "sequence": st.integers(1, 9)}
    ),
    min_size=1,
    max_size=5,
)
Chain = list[tuple[str, str, dict[str, str | int]]]


def chained(events: list[dict[str, str | int]]) -> Chain:
    head, chain = consents.GENESIS, []
    for event in events:
        digest = consents.event_hash(head, event)
        chain.append((head, digest, event))
        head = digest
    return chain


@pytest.mark.parametrize("expires_on", [TODAY, datetime.date(2027, 10, 10)])
def test_expiry_may_lie_between_today_and_twelve_months_ahead(expires_on: datetime.date) -> None:
    consents.check_expiry(expires_on, TODAY)


@pytest.mark.parametrize("expires_on", [datetime.date(2026, 10, 9), datetime.date(2027, 10, 11)])
def test_any_other_expiry_is_refused(expires_on: datetime.date) -> None:
    with pytest.raises(problems.Problem, match="consent-expiry"):
        consents.check_expiry(expires_on, TODAY)


def test_a_consent_lives_through_its_last_day_and_ends_by_itself() -> None:
    assert consents.state(GIVEN, TODAY, TODAY) is GIVEN
    assert consents.state(GIVEN, TODAY, TODAY + datetime.timedelta(days=1)) is consents.ConsentState.EXPIRED
    withdrawn = consents.ConsentState.WITHDRAWN
    assert consents.state(withdrawn, TODAY, TODAY + datetime.timedelta(days=1)) is withdrawn


def test_a_refusal_blocks_asking_again_for_thirty_days() -> None:
    consents.check_not_asked_too_soon(None, NOW)
    consents.check_not_asked_too_soon(NOW - datetime.timedelta(days=30), NOW)
    with pytest.raises(problems.Problem, match="consent-refused-recently"):
        consents.check_not_asked_too_soon(NOW - datetime.timedelta(days=29, hours=23), NOW)


def test_a_guardian_decides_until_the_fourteenth_birthday() -> None:
    born = datetime.date(2012, 10, 11)
    assert consents.needs_guardian(born, TODAY)
    assert not consents.needs_guardian(born, TODAY + datetime.timedelta(days=1))


def test_a_leap_day_has_a_last_day_of_february_in_other_years() -> None:
    assert consents.months_later(datetime.date(2024, 2, 29), 12) == datetime.date(2025, 2, 28)
    assert consents.months_later(datetime.date(2026, 12, 31), 2) == datetime.date(2027, 2, 28)


@given(EVENTS, st.data())
def test_a_chain_holds_and_every_change_breaks_it(events: list[dict[str, str | int]], data: st.DataObject) -> None:
    chain = chained(events)
    head = chain[-1][1]
    consents.check_chain(chain, head)
    touched = copy.deepcopy(chain)
    touched[data.draw(st.integers(0, len(chain) - 1))][2]["kind"] = "refused"
    for broken in (touched, chain[1:], chain[:-1], [*chain, chain[-1]]):
        with pytest.raises(problems.Problem, match="consent-chain-broken"):
            consents.check_chain(broken, head)
