"""Calls of a person about herself: who may make them, and how fresh her proof of who she is has to be."""

from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange import policy, rules
from gateway.exchange.rules import Permit, Refuse, Request
from tests.unit.gateway import decisions as d

AT = int(d.NOW.timestamp())
CONSENT = Request("self", "give_consent", "resident", caller_authenticated=AT - 10)


def decide(request: Request) -> rules.Verdict:
    return rules.before_lookup(request, None, d.POLICY, d.NOW)


@given(st.integers(min_value=0, max_value=10_000))
def test_a_consent_wants_a_proof_of_the_last_five_minutes(age: int) -> None:
    verdict = decide(msgspec.structs.replace(CONSENT, caller_authenticated=AT - age))
    assert isinstance(verdict, Permit) == (age <= 300)
    if isinstance(verdict, Refuse):
        assert (verdict.status, verdict.code) == (401, "authentication-too-old")
        assert verdict.problem().body()["max_age"] == 300


def test_who_never_proved_who_they_are_has_no_fresh_proof() -> None:
    verdict = decide(msgspec.structs.replace(CONSENT, caller_authenticated=0))
    assert isinstance(verdict, Refuse) and verdict.code == "authentication-too-old"


def test_taking_a_consent_back_never_waits_for_another_sign_in() -> None:
    old = msgspec.structs.replace(CONSENT, operation="withdraw_consent", caller_authenticated=0)
    assert decide(old) == Permit("own_consents")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"task": "own_consents", "fresh_within": -1}, "fresh_within is in seconds"),
        ({"task": "own_consents", "fresh": 300}, "fresh"),
        ({"fresh_within": 300}, "task"),
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
