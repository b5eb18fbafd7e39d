"""The table of a mediation case: what the README says, what can follow what, and the guards."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.rules import states
from shared.problems import Problem

README = Path(__file__).parents[3] / "services/cases/README.md"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOVES = sorted(states.CASE.moves)


def refused(code: str) -> "pytest.RaisesExc[Problem]":
    return pytest.RaisesExc(Problem, match=f"^{code}$")


def side(verb: str) -> str:
    if verb.startswith("answer"):
        return "respondent"
    return "party" if verb in states.PARTY_VERBS else "mediator"


def test_the_readme_holds_the_table() -> None:
    rows = re.findall(r"^\| ([a-z-]+(?: [a-z_]+)?) \| (.+) \| ([a-z_]+) \| ([a-z]+) \|$", README.read_text(), re.M)
    written = {verb: (origins, target, by) for verb, origins, target, by in rows if verb != "verb"}
    table = {
        verb: (", ".join(sorted(origins)), target, side(verb)) for verb, (origins, target) in states.CASE.moves.items()
    }
    assert written == table


def test_every_verb_belongs_to_one_side() -> None:
    verbs = {move.split()[0] for move in MOVES}
    assert verbs == states.PARTY_VERBS | states.MEDIATOR_VERBS | {"answer"}
    assert not states.PARTY_VERBS & states.MEDIATOR_VERBS


@given(st.lists(st.tuples(st.sampled_from(MOVES), st.booleans()), max_size=40))
def test_no_walk_skips_a_step(steps: list[tuple[str, bool]]) -> None:
    state, done = states.CASE.initial, list[str]()
    for wished, nearby in steps:
        possible = [move for move in MOVES if state in states.CASE.moves[move][0]]
        verb = possible[MOVES.index(wished) % len(possible)] if nearby and possible else wished
        if verb in possible:
            state = states.CASE.after(state, verb)
            done.append(verb)
        else:
            with refused("state-conflict"):
                states.CASE.after(state, verb)
    order = ["screen in_scope", "invite", "answer accepted", "notify", "open-session", "draft", "seal"]
    reached = [done.index(verb) for verb in order if verb in done]
    assert reached == sorted(reached)
    assert len(reached) == len(order) or not {"report", "follow-up performed", "follow-up breached"} & set(done)
    assert not (state in states.ENDS and states.CASE.allowed(state))


def test_a_stop_ends_every_open_state_and_only_a_binding_agreement_withstands_it() -> None:
    withstand = {state for state in states.CASE.states() if "stop" not in states.CASE.allowed(state)}
    assert withstand == states.ENDS | {"agreement_signed", "performing"}


def test_a_wrong_verb_is_told_the_right_ones() -> None:
    with pytest.raises(Problem) as caught:
        states.CASE.after("inviting", "open-session")
    assert caught.value.extras["allowed"] == ["invite", "answer", "stop"]


@pytest.mark.parametrize(("dispute_type", "due"), [("rent_deposit", date(2026, 12, 24)), ("labour", date(2026, 12, 5))])
def test_labour_counts_from_the_application_all_else_from_acceptance(dispute_type: str, due: date) -> None:
    applied = datetime(2026, 11, 20, 1, tzinfo=UTC)
    accepted = datetime(2026, 11, 23, 17, tzinfo=UTC)  # the 24th in China
    assert states.due(dispute_type, applied, accepted) == due


def test_a_second_invitation_waits_for_the_end_of_the_first() -> None:
    states.check_invitation_over(None, NOW)
    states.check_invitation_over(NOW, NOW)
    with refused("invitation-open"):
        states.check_invitation_over(NOW + timedelta(seconds=1), NOW)


@pytest.mark.parametrize(
    ("expires_in", "used", "serves"), [(1, False, True), (0, False, False), (-1, False, False), (1, True, False)]
)
def test_a_code_serves_once_and_in_time(expires_in: int, used: bool, serves: bool) -> None:
    assert states.is_open(NOW + timedelta(seconds=expires_in), NOW if used else None, NOW) is serves


@pytest.mark.parametrize("signed", [[], ["applicant"], ["respondent"]])
def test_every_party_signs(signed: list[str]) -> None:
    with refused("notice-unsigned"):
        states.check_notice(signed)
    with refused("signatures-missing"):
        states.check_signatures(signed)
    states.check_notice(states.ROLES)
    states.check_signatures(states.ROLES)


def test_the_text_signed_is_the_text_drafted() -> None:
    states.check_text("a" * 64, "a" * 64)
    with refused("terms-stale"):
        states.check_text("a" * 64, "b" * 64)


def test_terms_lie_ahead_by_the_calendar_of_china() -> None:
    evening = datetime(2026, 11, 22, 17, tzinfo=UTC)  # the 23rd in China
    states.check_dues([date(2026, 11, 23)], evening)
    with refused("term-past"):
        states.check_dues([date(2026, 12, 1), date(2026, 11, 22)], evening)


PAST, AHEAD = date(2026, 11, 1), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("result", "due", "reports", "stands"),
    [
        ("performed", AHEAD, {}, True),
        ("performed", AHEAD, {"applicant": "performed"}, True),
        ("performed", AHEAD, {"applicant": "not_performed", "respondent": "performed"}, False),
        ("breached", AHEAD, {}, False),
        ("breached", AHEAD, {"applicant": "not_performed"}, True),
        ("breached", PAST, {}, True),
        ("breached", PAST, {"applicant": "performed"}, False),
    ],
)
def test_a_finding_stands_on_reports_and_dates(result: str, due: date, reports: dict[str, str], stands: bool) -> None:
    terms = [states.Performance(due, reports)]
    if stands:
        states.check_follow_up(result, terms, NOW)
    else:
        with refused("follow-up-unfounded"):
            states.check_follow_up(result, terms, NOW)
