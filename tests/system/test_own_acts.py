"""What a person does herself is held against what the gateway knows; what a caller says of itself proves nothing."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from demo import family
from demo.client import Actor
from demo.scene import EDUCATION, HOUSING
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_foreign_ids import consent, refer


@pytest.fixture(scope="module")
def resident(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("somebody", family.phone(random.SystemRandom()))


UNFIT = [
    pytest.param({"recipient": "org-610118-education"}, ["recipient"], id="another recipient"),
    pytest.param({"recipient": "gong-an-ju"}, ["recipient"], id="a recipient that cannot be one"),
    pytest.param({"agreement": "agr-nothing"}, ["agreement"], id="no such agreement"),
    pytest.param({"agreement": EDUCATION.agreement}, ["agreement"], id="another office's agreement"),
    pytest.param({"purpose": "school_enrolment"}, ["purpose"], id="another purpose"),
    pytest.param({"consent_hash": "0" * 64}, ["consent_hash"], id="not what was shown"),
    pytest.param({"fields": ["姓名"]}, ["fields"], id="some of the fields"),
    pytest.param({"fields": ["姓名"], "consent_hash": "0" * 64}, ["consent_hash", "fields"], id="two things"),
]


@pytest.mark.parametrize(("change", "differs"), UNFIT)
async def test_a_consent_that_could_open_nothing_is_refused_and_blocks_nothing(
    resident: Actor, change: dict[str, Any], differs: list[str]
) -> None:
    made = refer(resident)
    refused = resident.post("/v1/me/consents", consent(made, **change))
    assert (refused.status_code, refused.json()["code"], refused.json()["differs"]) == (409, "consent-unfit", differs)
    assert resident.post("/v1/me/consents", consent(made)).status_code == 201

    async def goes_on() -> bool:
        return bool(resident.get(f"/v1/me/referrals/{made['id']}", quiet=True).json()["state"] == "requested")

    await until(goes_on)


def test_a_refusal_needs_no_fields(resident: Actor) -> None:
    somebody = resident.region.resident("somebody else", family.phone(random.SystemRandom()))
    made = refer(somebody)
    refusal = consent(made, decision="refused", fields=["姓名"])
    assert somebody.post("/v1/me/consents", refusal).status_code == 201


WRONG = [
    pytest.param({"fields": "姓名"}, id="fields are no list"),
    pytest.param({"recipient": None}, id="no recipient"),
    pytest.param({"decision": 1}, id="decision is a number"),
]


@pytest.mark.parametrize("change", WRONG)
def test_a_consent_of_the_wrong_form_is_refused(resident: Actor, change: dict[str, Any]) -> None:
    answer = resident.post("/v1/me/consents", consent(refer(resident), **change))
    assert (answer.status_code, answer.json()["code"]) == (422, "body-invalid")


def test_a_region_that_cannot_be_asked_is_told_at_once(resident: Actor) -> None:
    body = {"record_type": "vaccination", "region": "110101", "told": True}
    answer = resident.post("/v1/me/record-requests", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "region-not-joined")
    assert "paper" in answer.json()["detail"]
    own = resident.post("/v1/me/record-requests", body | {"region": "610118"})
    assert (own.status_code, own.json()["code"]) == (422, "record-request-own-region")
    none = resident.post("/v1/me/record-requests", body | {"region": "x"})
    assert (none.status_code, none.json()["code"]) == (422, "body-invalid")


def newest(resident: Actor, operation: str) -> dict[str, Any]:
    listed = resident.get("/v1/me/accesses?limit=50", quiet=True).json()["accesses"]
    return next(entry for entry in listed if entry["operation"] == operation)


async def test_nobody_chooses_the_reason_that_a_person_reads(resident: Actor) -> None:
    """Agreement and purpose mean something between organisations; elsewhere a caller could write anything there."""
    case = applied(resident)
    mediator = resident.region.staff("mediator", "staff-610118-mediator")

    async def read() -> bool:
        answer = mediator.get(f"/v1/cases/{case}", EDUCATION, quiet=True)
        return answer.status_code == 200

    await until(read)
    assert resident.get("/v1/me/referrals", EDUCATION).status_code == 200
    for operation, kind in (("read_case", "internal"), ("read_own_referrals", "self")):
        access = newest(resident, operation)
        assert access["kind"] == kind
        assert access["agreement"] is None
        assert (access["why"]["purpose"], access["why"]["basis"]) == (None, None)


def applied(resident: Actor) -> str:
    body = {
        "dispute_type": "rent_deposit",
        "statement": "押金未退。",
        "request": "退还押金",
        "respondent": {"name": "房东", "contact": "19900005678"},
        "applicant": {"name": "某人", "contact": "19900001234"},
    }
    answer = resident.post("/v1/me/cases", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


async def test_a_recipients_body_that_does_not_fit_is_told_where_and_what_to_do(resident: Actor) -> None:
    """Between organisations only the place of a fault and our own advice leave."""
    made = refer(resident)
    assert resident.post("/v1/me/consents", consent(made)).status_code == 201
    office = resident.region.system("housing office", "org-610118-housing", HOUSING)

    async def arrived() -> bool:
        return office.get(f"/v1/referrals/{made['id']}?fields=争议", HOUSING, quiet=True).status_code == 200

    await until(arrived)
    answer = office.post(f"/v1/referrals/{made['id']}:reject", {"reason": 5, "王": 1}, HOUSING, if_match='"1"')
    said = answer.json()
    assert (answer.status_code, said["code"]) == (422, "body-invalid")
    assert said["detail"] == "Mend the fields listed in `errors` and send again."
    assert {"pointer": "/body/reason"} in said["errors"]
    assert "王" not in answer.text
