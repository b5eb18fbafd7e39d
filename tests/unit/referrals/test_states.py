"""The referral's table: every verb from every state, who may use it, what a recipient may see, and its README."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.commands import moves
from services.referrals.rules import clocks, states, words
from shared.problems import Problem

README = Path(__file__).parents[3] / "services/referrals/README.md"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
WALKS = {
    "draft": {"awaiting_consent", "cancelled"},
    "awaiting_consent": {"requested", "cancelled"},
    "requested": {"accepted", "rejected", "cancelled", "revoked", "expired"},
    "accepted": {"in_progress", "on_hold", "failed", "cancelled", "revoked"},
    "in_progress": {"on_hold", "completed", "failed", "cancelled", "revoked"},
    "on_hold": {"in_progress", "failed", "cancelled", "revoked"},
    "completed": {"completed"},
}


def test_the_table_knows_the_states_of_the_database_and_no_other() -> None:
    assert states.MACHINE.states() == set(states.STATES) == set(states.FHIR)


@pytest.mark.parametrize("state", states.STATES)
@pytest.mark.parametrize("verb", states.MACHINE.moves)
def test_a_verb_leads_where_the_design_says_or_is_refused(state: str, verb: str) -> None:
    sources, target = states.MACHINE.moves[verb]
    party = next(party for party, verbs in states.VERBS.items() if verb in verbs)
    if state in sources:
        assert states.after(state, verb, party) == target
        assert target in WALKS[state]
    else:
        with pytest.raises(Problem) as refused:
            states.after(state, verb, party)
        assert refused.value.body()["allowed"] == states.allowed(state, party)


@pytest.mark.parametrize("verb", states.MACHINE.moves)
def test_only_its_own_party_may_use_a_verb(verb: str) -> None:
    sources, _ = states.MACHINE.moves[verb]
    holders = [party for party, verbs in states.VERBS.items() if verb in verbs]
    assert len(holders) == 1
    for party in states.VERBS.keys() - holders:
        with pytest.raises(Problem):
            states.after(next(iter(sources)), verb, party)


@given(st.lists(st.sampled_from(sorted(states.MACHINE.moves)), max_size=12))
def test_any_row_of_verbs_only_walks_the_table_and_what_is_closed_stays_closed(verbs: list[str]) -> None:
    state = states.MACHINE.initial
    for verb in verbs:
        before = state
        try:
            state = states.MACHINE.after(state, verb)
        except Problem:
            continue
        assert state in WALKS[before]
        if before not in states.OPEN:
            assert state == before


def test_the_person_can_always_stop_what_is_open() -> None:
    for state in states.OPEN:
        assert "cancel" in states.allowed(state, "person")


def test_the_clock_ends_every_open_state_by_a_verb_of_its_own() -> None:
    for state, end in clocks.ENDS.items():
        assert states.after(state, end.verb, "clock") in {"cancelled", "expired"}
    assert set(clocks.ENDS) == states.OPEN


@pytest.mark.parametrize("state", states.STATES)
def test_a_recipient_sees_the_preview_then_all_then_nothing(state: str) -> None:
    seen = states.released(state, ["preview"], ["preview", "full"])
    expected = {"requested": ["preview"]} | {key: ["preview", "full"] for key in ("accepted", "in_progress", "on_hold")}
    assert seen == expected.get(state, [])


def test_a_verb_on_what_has_run_out_is_refused() -> None:
    states.check_running("requested", None, NOW)
    states.check_running("requested", NOW + timedelta(seconds=1), NOW)
    with pytest.raises(Problem) as refused:
        states.check_running("requested", NOW, NOW)
    assert refused.value.kind.code == "state-conflict"


def test_every_verb_has_an_event_and_a_sentence() -> None:
    assert set(moves.EVENTS) == set(states.MACHINE.moves)
    assert set(words.PLAIN) == set(states.MACHINE.moves) | {"consent_mismatch"}


def test_the_readme_shows_the_table_as_it_is() -> None:
    rows = re.findall(
        r"^\| (\w+) \| (person|recipient|clock) \| ([\w, ]+) \| (\w+) \|$", README.read_text("utf-8"), re.M
    )
    shown = {verb: (who, set(sources.split(", ")), target) for verb, who, sources, target in rows}
    held = {
        verb: (next(party for party, verbs in states.VERBS.items() if verb in verbs), set(sources), target)
        for verb, (sources, target) in states.MACHINE.moves.items()
    }
    assert shown == held
