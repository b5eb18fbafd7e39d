"""What an access token says, and to what it may be bound."""

import json
import secrets
from dataclasses import replace
from typing import Any

import pytest

from services.identity.rules import tokens
from services.identity.rules.tokens import Acting, Detail, Holder, Minting, Principal
from shared.contracts import vocabulary
from shared.problems import Problem
from shared.seals import Sealer

KEY = secrets.token_bytes(32)
HIDDEN = Sealer(KEY, "jieli-token-v1")
MINTING = Minting("http://gateway.test", "610118", HIDDEN, KEY)
PERSON = Principal("resident", "0198aaaa-person")
DETAIL = {"type": "data_sharing_agreement", "identifier": "agr-1", "purpose": "school_enrolment"}


def said(principal: Principal, client: str = "portal", *details: Detail) -> dict[str, Any]:
    return MINTING.claims(principal, Holder(client, "org-front-end", "thumbprint", details), 1_000)


def test_a_token_lives_ten_minutes_at_most_and_names_its_key() -> None:
    claims = said(PERSON)
    assert (claims["exp"] - claims["iat"], claims["cnf"]) == (600, {"jkt": "thumbprint"})


def test_a_client_sees_an_id_of_the_person_that_no_other_client_is_given() -> None:
    portal, again, desk = said(PERSON), said(PERSON), said(PERSON, "desk")
    assert portal["sub"] == again["sub"] != desk["sub"]
    assert PERSON.subject not in json.dumps(portal)
    assert portal["person"] != again["person"], "two tokens of one person must not be joined by what they hide"
    assert HIDDEN.open(portal["person"]) == PERSON.subject


def test_staff_and_systems_are_named_openly() -> None:
    claims = said(Principal("staff", "staff-1", "org-1", ("officer",)))
    assert (claims["sub"], claims["roles"], "person" in claims) == ("staff-1", ["officer"], False)


def test_who_acts_is_named_to_one_client_alone_and_no_token_outlasts_what_permits_it() -> None:
    helper = Acting("helper", "0198bbbb-helper", "delegation-1", until=1_060)
    person = replace(PERSON, acting=helper)
    portal, desk = said(person), said(person, "desk")
    assert portal["act"] == {"kind": "helper", "sub": portal["act"]["sub"], "through": "delegation-1"}
    assert portal["act"]["sub"] == said(Principal("resident", helper.subject))["sub"] != desk["act"]["sub"]
    assert helper.subject not in json.dumps(portal)
    assert (portal["exp"], person.lasts(1_000)) == (1_060, 60)
    assert said(replace(person, acting=replace(helper, until=9_999)))["exp"] == 1_600


def test_what_a_token_is_for_is_read_and_repeated() -> None:
    details = tokens.details(json.dumps([DETAIL]), vocabulary.load())
    assert said(PERSON, "portal", *details)["authorization_details"] == [DETAIL]
    assert tokens.details("", vocabulary.load()) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="nothing"),
        pytest.param(json.dumps(DETAIL), id="no list"),
        pytest.param(json.dumps([DETAIL | {"type": "payment"}]), id="another type"),
        pytest.param(json.dumps([DETAIL | {"purpose": "public_security"}]), id="no purpose of ours"),
        pytest.param(json.dumps([DETAIL | {"actions": ["list"]}]), id="unknown member"),
        pytest.param(json.dumps([DETAIL] * 21), id="too many"),
        pytest.param("\ud800", id="a lone surrogate"),
    ],
)
def test_what_cannot_be_read_is_refused(wrong: str) -> None:
    with pytest.raises(Problem) as refused:
        tokens.details(wrong, vocabulary.load())
    assert refused.value.extras["error"] == "invalid_authorization_details"
