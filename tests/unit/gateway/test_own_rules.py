"""Calls of a person about herself: who may make them, and how fresh her proof of who she is has to be."""

import uuid
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.rules import accesses
from gateway.exchange import policy, rules
from gateway.exchange.persons import Acting, proved
from gateway.exchange.rules import Permit, Refuse, Request
from services.identity.rules import presences
from tests.unit.gateway import decisions as d

AT = int(d.NOW.timestamp())
CONSENT = Request("self", "give_consent", "resident", caller_authenticated=AT - 10)


def decide(request: Request) -> rules.Verdict:
    return rules.before_lookup(request, None, d.POLICY, d.NOW)


FRESH = {
    **dict.fromkeys(("give_consent", "thaw_consents", "make_paper_key", "replace_phone", "invite_helper"), 300),
    **dict.fromkeys(("ask_erasure", "read_copy"), 300),
}


@pytest.mark.parametrize("operation", sorted(d.POLICY.self.keys() - {"compare_records"}))
@given(age=st.integers(min_value=0, max_value=10_000))
def test_what_cannot_be_undone_wants_a_proof_of_the_last_five_minutes(operation: str, age: int) -> None:
    """Ways in, consents, erasure and a copy of everything; nothing else waits for another sign-in."""
    verdict = decide(msgspec.structs.replace(CONSENT, operation=operation, caller_authenticated=AT - age))
    assert isinstance(verdict, Permit) == (age <= FRESH.get(operation, age))
    if isinstance(verdict, Refuse):
        assert (verdict.status, verdict.code) == (401, "authentication-too-old")
        assert verdict.problem().body()["max_age"] == FRESH[operation]


def test_no_proof_is_wanted_of_what_is_no_operation() -> None:
    assert set(FRESH) <= set(d.POLICY.self)


def test_who_never_proved_who_they_are_has_no_fresh_proof() -> None:
    verdict = decide(msgspec.structs.replace(CONSENT, caller_authenticated=0))
    assert isinstance(verdict, Refuse) and verdict.code == "authentication-too-old"


def test_taking_a_consent_back_never_waits_for_another_sign_in() -> None:
    old = msgspec.structs.replace(CONSENT, operation="withdraw_consent", caller_authenticated=0)
    assert decide(old) == Permit("own_consents")


RECORD, FOLLOW, START = frozenset({"intake", "record"}), frozenset({"intake", "consent"}), frozenset({"intake"})
AT_COUNTER = {
    **dict.fromkeys(("keep_own_record", "read_own_record", "add_dependant", "read_dependants"), RECORD),
    **dict.fromkeys(("keep_name_writings", "read_name_writings", "read_merges", "undo_merge"), RECORD),
    **dict.fromkeys(("read_own_referrals", "cancel_referral", "give_consent"), FOLLOW),
    **dict.fromkeys(("start_intake", "apply_for_mediation", "compare_records", "merge_records"), START),
    "withdraw_consent": frozenset(presences.TASKS),
    "freeze_consents": frozenset({"intake", "record", "consent", "recovery"}),
    "thaw_consents": frozenset({"record", "consent"}),
    "read_held_records": frozenset({"record"}),
    "read_own_incidents": frozenset({"record"}),
    "ask_right": frozenset({"record"}),
    "ask_erasure": frozenset({"record"}),
    "make_paper_key": frozenset({"intake", "record", "recovery"}),
}


@pytest.mark.parametrize("state", ["suspended", "closed", ""])
def test_nobody_acts_for_a_person_from_an_office_that_may_not_act(state: str) -> None:
    acting = Acting("staff", task="intake", organisation="org-610118-centre")
    verdict = decide(msgspec.structs.replace(CONSENT, acting=acting, caller_state=state))
    assert isinstance(verdict, Refuse) and verdict.code == "organisation-not-active"
    assert isinstance(decide(msgspec.structs.replace(CONSENT, caller_state=state)), Permit)


@pytest.mark.parametrize("state", ["suspended", "closed", ""])
def test_nobody_calls_by_a_front_end_whose_organisation_may_not_act(state: str) -> None:
    for operation in d.POLICY.self:
        verdict = decide(msgspec.structs.replace(CONSENT, operation=operation, client_state=state))
        assert isinstance(verdict, Refuse) and verdict.code == "organisation-not-active"


@pytest.mark.parametrize("operation", sorted(d.POLICY.self))
def test_an_officer_does_with_a_person_what_she_came_for_and_nothing_else(operation: str) -> None:
    for task in (*presences.TASKS, "", "anything"):
        acting = Acting("staff", task=task, organisation="org-610118-centre")
        verdict = decide(msgspec.structs.replace(CONSENT, operation=operation, acting=acting))
        assert isinstance(verdict, Permit) == (task in AT_COUNTER.get(operation, frozenset())), task
        if isinstance(verdict, Refuse):
            assert (verdict.status, verdict.code) == (403, "person-alone")


@pytest.mark.parametrize("operation", sorted(d.POLICY.self))
def test_only_looking_for_another_record_is_never_done_alone(operation: str) -> None:
    verdict = decide(msgspec.structs.replace(CONSENT, operation=operation))
    assert isinstance(verdict, Permit) == (operation != "compare_records")
    if isinstance(verdict, Refuse):
        assert (verdict.status, verdict.code) == (403, "only-at-counter")


BY_HELPER = {"start_intake", "read_own_referrals", "apply_for_mediation"}


@pytest.mark.parametrize("operation", sorted(d.POLICY.self))
def test_a_helper_says_her_needs_follows_them_and_asks_for_mediation_and_nothing_else(operation: str) -> None:
    for task in ("", "intake"):
        verdict = decide(msgspec.structs.replace(CONSENT, operation=operation, acting=Acting("helper", task=task)))
        assert isinstance(verdict, Permit) == (operation in BY_HELPER)
        if isinstance(verdict, Refuse):
            assert (verdict.status, verdict.code) == (403, "person-alone")


@pytest.mark.parametrize("operation", sorted(d.POLICY.self))
def test_nobody_else_acts_for_a_person(operation: str) -> None:
    for kind in ("client", "administrator", "resident", "?"):
        verdict = decide(msgspec.structs.replace(CONSENT, operation=operation, acting=Acting(kind, task="intake")))
        assert isinstance(verdict, Refuse)


def test_a_consent_at_a_counter_is_as_fresh_as_the_code() -> None:
    acting = Acting("staff", task="consent", organisation="org-610118-centre")
    old = msgspec.structs.replace(CONSENT, acting=acting, caller_authenticated=AT - 301)
    verdict = decide(old)
    assert isinstance(verdict, Refuse) and verdict.code == "authentication-too-old"
    assert isinstance(decide(msgspec.structs.replace(old, caller_authenticated=AT - 300)), Permit)


def test_the_policy_and_the_counters_know_the_same_tasks() -> None:
    named = {task for rule in d.POLICY.self.values() for task in rule.with_staff}
    assert named == set(presences.TASKS)


@pytest.mark.parametrize(
    ("methods", "kind", "how"),
    [
        ("phone_code", "", "own_device"),
        ("passkey", "", "own_device"),
        ("counter_code", "staff", "code_at_counter"),
        ("paper_form", "staff", "paper"),
        ("paper_key", "", "paper"),
        ("phone_code paper_key", "", "paper"),
        ("passkey paper_key", "", "paper"),
        ("counter_code paper_key", "staff", "paper"),
        ("", "", "own_device"),
    ],
)
def test_a_consent_says_how_she_showed_that_it_is_she(methods: str, kind: str, how: str) -> None:
    assert proved(frozenset(methods.split()), Acting(kind)) == how


def told(kind: str, actor: str) -> tuple[str, str]:
    body = {"phase": "intent", "kind": kind, "purpose": None, "actor": {"kind": actor}}
    return accesses.why(accesses.Access(uuid.uuid4(), ((1, body),), None, None, None), {}, "甘亭街道办")


def test_she_reads_in_plain_words_whose_hands_did_it() -> None:
    zh, en = told("self", "staff")
    assert "甘亭街道办窗口" in zh and "at the counter of 甘亭街道办" in en
    zh, en = told("self", "helper")
    assert "您允许的帮助者" in zh and "whom you let help you" in en
    assert told("self", "resident") == accesses.OWN_ACT
    assert told("internal", "staff") == accesses.INSIDE


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"task": "own_consents", "fresh_within": -1}, "fresh_within is in seconds"),
        ({"task": "own_consents", "fresh": 300}, "fresh"),
        ({"fresh_within": 300}, "task"),
        ({"task": "own_consents", "fresh_within": 300, "with_helper": True}, "a helper has no fresh proof"),
        (300, "Expected"),
    ],
)
def test_a_wrong_line_in_the_policy_stops_the_start(tmp_path: Path, rule: object, said: str) -> None:
    written = yaml.safe_load(policy.FILE.read_text("utf-8"))
    written["self"]["give_consent"] = rule
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(written))
    with pytest.raises(policy.PolicyError, match=said):
        policy.load(d.KNOWN, file)
