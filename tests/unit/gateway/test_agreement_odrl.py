"""The export holds the shape of ODRL's information model (https://www.w3.org/TR/odrl-model/), rule by rule."""

from typing import Any

import msgspec
import pytest

from gateway.agreements import odrl
from gateway.agreements.rules import Field
from tests.unit.gateway.decisions import AGREEMENT, KNOWN

BASE = "https://gateway.example"
# ODRL Vocabulary 2.2, the terms that are used.
ACTIONS = {"read", "annotate", "archive", "distribute", "sell", "delete", "obtainConsent", "anonymize"}
LEFT = {"purpose", "dateTime", "count", "timeInterval", "elapsedTime", "event", "resolution"}
OPERATORS = {"eq", "isAnyOf", "lteq", "gteq", "lt"}


def exported(**changes: object) -> dict[str, Any]:
    return odrl.policy(msgspec.structs.replace(AGREEMENT, **changes), KNOWN, BASE)


def rules(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return [*policy["permission"], *policy["prohibition"], *policy["obligation"]]


def constraints(node: Any) -> list[dict[str, Any]]:
    """Every constraint, also within logical ones."""
    if isinstance(node, list):
        return [found for each in node for found in constraints(each)]
    if not isinstance(node, dict):
        return []
    if "leftOperand" in node:
        return [node]
    return [found for each in node.values() for found in constraints(each)]


def test_a_policy_has_a_uid_an_assigner_an_assignee_and_rules() -> None:
    """2.1 and 2.1.3: an Agreement has exactly one assigner and an assignee, and at least one rule."""
    policy = exported()
    assert policy["@context"][0] == "http://www.w3.org/ns/odrl.jsonld"
    assert (policy["@type"], policy["uid"]) == ("Agreement", f"{BASE}/v1/agreements/{AGREEMENT.agreement_id}#version-1")
    assert policy["assigner"]["uid"] != policy["assignee"]["uid"]
    assert len(policy["permission"]) == len(AGREEMENT.operations)


def test_each_rule_has_one_action_of_the_vocabulary_one_target_and_its_parties() -> None:
    """2.6: a Rule has one action; a Permission and a Prohibition have one target."""
    policy = exported(operations=tuple(odrl.ACTIONS))
    for rule in rules(policy):
        assert rule["action"] in ACTIONS and isinstance(rule["target"], str)
        parties = [policy["assigner"], policy["assignee"]]
        owed_by_provider = rule["action"] == "anonymize"
        assert [rule["assigner"], rule["assignee"]] == (parties[::-1] if owed_by_provider else parties)
    assert [duty["action"] for rule in policy["permission"] for duty in rule["duty"]] == ["obtainConsent"] * 3


def test_each_constraint_has_a_left_operand_an_operator_and_a_right_operand() -> None:
    """2.5.1: exactly one of each, from the vocabulary."""
    found = constraints(exported())
    assert {each["leftOperand"] for each in found} == LEFT
    assert {each["operator"] for each in found} <= OPERATORS
    assert all(set(each) == {"leftOperand", "operator", "rightOperand"} for each in found)


def test_it_says_what_the_agreement_says() -> None:
    policy = exported()
    held = {each["leftOperand"]: each["rightOperand"] for each in constraints(policy)}
    assert held["purpose"] == [{"@id": f"{BASE}/directory/notices/school_enrolment"}]
    assert held["count"]["@value"] == AGREEMENT.rate.per_day
    assert held["elapsedTime"]["@value"] == f"P{AGREEMENT.retention_days}D"
    assert [each["skos:prefLabel"] for each in policy["dpv:hasPersonalData"]] == [f.path for f in AGREEMENT.fields]
    assert policy["permission"][0]["duty"][0]["dpv:hasLegalBasis"]["@id"] == "dpv:ExplicitlyExpressedConsent"


@pytest.mark.parametrize(("state", "permits"), [("agreed", False), ("active", True), ("suspended", False)])
def test_it_says_its_state_and_permits_only_while_it_is_in_force(state: str, permits: bool) -> None:
    policy = exported(state=state)
    assert (policy["adms:status"]["skos:notation"], bool(policy["permission"])) == (state, permits)
    assert policy["prohibition"] and policy["obligation"]


def test_a_field_that_is_made_coarser_is_the_providers_duty_before_acceptance_where_it_is_previewed() -> None:
    birth = Field("出生日期", "年份", "minor", "year")
    policy = exported(preview_fields=(birth,), fields=(birth, Field("姓名", "称呼")))
    duties = [rule for rule in policy["obligation"] if rule["action"] == "anonymize"]
    named = {each["@id"]: each["skos:prefLabel"] for each in policy["dpv:hasPersonalData"]}
    assert [named[rule["target"]] for rule in duties] == ["出生日期", "出生日期"]
    held = [{each["leftOperand"]: each["rightOperand"] for each in rule["constraint"]} for rule in duties]
    assert [each["resolution"]["@value"] for each in held] == ["P1Y", "P1Y"]
    assert [set(each) for each in held] == [{"event", "resolution"}, {"resolution"}]
