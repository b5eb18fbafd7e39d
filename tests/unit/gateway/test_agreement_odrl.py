"""The export holds the shape of ODRL's information model (https://www.w3.org/TR/odrl-model/), rule by rule."""

from typing import Any

import msgspec
import pytest

from gateway.agreements import odrl
from tests.unit.gateway.decisions import AGREEMENT, KNOWN

BASE = "https://gateway.example"
# ODRL Vocabulary 2.2, the terms that are used.
ACTIONS = {"read", "annotate", "archive", "distribute", "sell", "delete", "obtainConsent"}
LEFT = {"purpose", "dateTime", "count", "timeInterval", "elapsedTime"}
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
        assert (rule["assigner"], rule["assignee"]) == (policy["assigner"], policy["assignee"])
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


@pytest.mark.parametrize(("state", "kind"), [("draft", "Offer"), ("offered", "Offer"), ("suspended", "Agreement")])
def test_it_is_an_offer_until_both_sides_signed(state: str, kind: str) -> None:
    assert exported(state=state)["@type"] == kind
