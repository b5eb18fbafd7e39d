"""At a counter: staff and person both there. She reads afterwards whose hands did it, and nobody does more."""

import random
from collections.abc import Iterator

import pytest

from demo import family
from demo.client import Actor
from tests.support.acting import at_counter
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_foreign_ids import consent, notice, refer


@pytest.fixture(scope="module")
def officer(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].staff("officer", "staff-610118-counter")


async def test_an_intake_and_a_consent_at_the_counter_and_what_she_reads_of_it(officer: Actor) -> None:
    phone = family.phone(random.SystemRandom())
    presence, together = at_counter(officer, phone, "intake")
    made = refer(together)
    given = together.post("/v1/me/consents", consent(made, notice=notice(made, "counter")))
    assert given.status_code == 201, given.text

    person = officer.region.resident("the person, at home", phone)
    assert person.get(f"/v1/me/referrals/{made['id']}").status_code == 200
    accesses = person.get("/v1/me/accesses?limit=50").json()["accesses"]
    for operation in ("start_intake", "give_consent"):
        access = next(each for each in accesses if each["operation"] == operation)
        assert access["who"]["organisation"] == "org-610118-centre"
        assert (access["who"]["kind"], access["who"]["role"]) == ("staff", "counter")
        assert access["who"]["officer"] and access["through"] == presence
        assert "窗口" in access["why"]["zh"] and "with you there" in access["why"]["en"]
    own = next(each for each in accesses if each["operation"] == "read_own_referrals")
    assert (own["who"]["kind"], own["through"]) == ("resident", None)

    assert officer.post(f"/v1/presences/{presence}:end").status_code == 200

    async def worthless() -> bool:
        return together.get("/v1/me/referrals", quiet=True).status_code == 401

    await until(worthless, 5)


def test_an_officer_does_no_more_than_she_came_for(officer: Actor) -> None:
    _, together = at_counter(officer, family.phone(random.SystemRandom()), "record")
    intake = {"needs": [{"service": "HOU-04", "answers": {"姓名": "某人"}}], "told": True}
    refused = [
        together.post("/v1/me/intakes", intake),
        together.get("/v1/me/sessions"),
        together.get("/v1/me/consents"),
        together.get("/v1/me/accesses"),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [
        *[(403, "person-alone")] * 3,
        (403, "self-only"),
    ]
    assert together.get("/v1/me/record").status_code == 404


def test_only_counters_ask_for_people(platform: Installation) -> None:
    region = platform.regions()["receiving"]
    body = {"task": "intake", "phone": family.phone(random.SystemRandom())}
    for name, code in (
        ("staff-610118-education", "task-not-of-organisation"),
        ("staff-610118-coordinator", "task-not-of-role"),
    ):
        refused = region.staff(name, name).post("/v1/presences", body)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
