"""Consents in GovStack's words, through the gateway: the same checks stand before them as before our own."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from demo import family
from demo.client import Actor
from tests.support.launched import Installation
from tests.system.test_foreign_ids import consent, refer

RECORD = "/govstack/consent/service/individual/record"


@pytest.fixture(scope="module")
def person(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("somebody", family.phone(random.SystemRandom()))


@pytest.fixture(scope="module")
def record(person: Actor) -> dict[str, Any]:
    """A consent that she gave."""
    made = refer(person)
    unfit = person.post(path(made), consent(made, consent_hash="0" * 64))
    assert (unfit.status_code, unfit.json()["code"]) == (409, "consent-unfit")
    given = person.post(path(made), consent(made))
    assert given.status_code == 200, given.text
    assert given.headers["cache-control"] == "no-store"
    kept: dict[str, Any] = given.json()["consentRecord"]
    return kept


def path(made: dict[str, Any]) -> str:
    return f"{RECORD}/data-agreement/{made['consent_request']['purpose']}/"


def state(person: Actor, record: dict[str, Any]) -> str:
    return str(person.get(f"/v1/me/consents/{record['id']}").json()["state"])


def test_what_is_no_withdrawal_does_not_become_one(person: Actor, record: dict[str, Any]) -> None:
    for body in (
        {"consentRecord": record},
        {"consentRecord": {"id": record["id"]}},
        {"consentRecord": record | {"optIn": False, "state": "unsigned"}},
        {},
    ):
        refused = person.put(f"{RECORD}/consent-record/{record['id']}/", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid"), body
    told = person.put(f"{RECORD}/consent-record/{record['id']}/", {"consentRecord": record}).json()["detail"]
    assert told.startswith("Send `optIn: false`"), "the gateway has to say so, before it marks a withdrawal"
    assert state(person, record) == "given"


def test_her_records_are_hers_alone(person: Actor, record: dict[str, Any]) -> None:
    assert person.get(f"{RECORD}/consent-record/").json() == {"consentRecords": [record]}
    other = person.region.resident("other", family.phone(random.SystemRandom()))
    assert other.get(f"{RECORD}/consent-record/").json() == {"consentRecords": []}
    taken = other.put(f"{RECORD}/consent-record/{record['id']}/", {"consentRecord": record | {"optIn": False}})
    assert taken.status_code == 404
    assert state(person, record) == "given"


def test_opting_out_withdraws(person: Actor, record: dict[str, Any]) -> None:
    back = person.put(f"{RECORD}/consent-record/{record['id']}/", {"consentRecord": record | {"optIn": False}})
    assert (back.status_code, back.json()["consentRecord"]["optIn"]) == (200, False)
    assert state(person, record) == "withdrawn"
    withdrawn = person.get("/v1/me/accesses?limit=50").json()["accesses"]
    assert "withdraw_consent" in {each["operation"] for each in withdrawn}
