"""Through the gateway: a name that stands otherwise elsewhere, its sheet, and two records of one person."""

import random
from typing import Any

import pytest

from demo import family
from demo.client import Actor, Region
from tests.support.acting import CODE, at_counter, messages
from tests.support.launched import Installation
from tests.support.until import until

JOINS = "是否合并"


@pytest.fixture(scope="module")
def officer(platform: Installation) -> Actor:
    return platform.regions()["receiving"].staff("officer", "staff-610118-counter")


def record(person: family.Person, phone: str) -> dict[str, Any]:
    return {
        "name": person.typed,
        "birth_date": person.birth_date.isoformat(),
        "phone": phone,
        "district": "610118",
    }


async def code_to(region: Region, phone: str) -> str:
    """The code in the message that asks whether to join two records."""

    async def arrived() -> list[str]:
        return [line["text"] for line in messages(region, phone) if JOINS in line["text"]]

    found = CODE.search((await until(arrived))[-1])
    assert found
    return found[0]


async def test_a_second_record_is_found_at_a_counter_joined_and_parted_again(officer: Actor) -> None:
    chance, region = random.SystemRandom(), officer.region
    person = family.fresh(chance).parent
    before = region.resident("she, last year", person.phone)
    assert before.put("/v1/me/record", record(person, person.phone)).status_code == 200
    phone = family.phone(chance)
    _, together = at_counter(officer, phone, "intake")
    assert together.put("/v1/me/record", record(person, phone)).status_code == 200

    alone = region.resident("she, at home", phone)
    refused = alone.post("/v1/me/record:compare", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "only-at-counter")
    assert officer.post("/v1/me/record:compare", {}).json()["code"] == "self-only"

    comparison = together.post("/v1/me/record:compare", {}).json()
    assert set(comparison) == {"id", "state"}
    code = await code_to(region, person.phone)
    proved = together.post(f"/v1/me/comparisons/{comparison['id']}:prove", {"code": code})
    assert {each["code"] for each in proved.json()["reasons"]} == {"same_name", "same_birth_date"}
    merged = together.post("/v1/me/record:merge", {"comparison": comparison["id"]})
    assert merged.status_code == 201, merged.text
    assert before.get("/v1/me/record").json()["code"] == "record-merged"

    accesses = alone.get("/v1/me/accesses?limit=50").json()["accesses"]
    by_officer = {each["operation"] for each in accesses if each["who"]["kind"] == "staff"}
    assert {"compare_records", "merge_records"} <= by_officer
    undone = before.post(f"/v1/me/record-merges/{merged.json()['id']}:undo")
    assert undone.json()["state"] == "undone"
    assert before.get("/v1/me/record").json()["name"] == alone.get("/v1/me/record").json()["name"] == person.name


def test_no_other_task_looks_for_a_second_record(officer: Actor) -> None:
    for task in ("record", "consent", "recovery"):
        _, together = at_counter(officer, family.phone(random.SystemRandom()), task)
        refused = together.post("/v1/me/record:compare", {})
        assert (refused.status_code, refused.json()["code"]) == (403, "person-alone")


def test_the_sheet_of_a_name_is_a_pdf_that_nobody_on_the_way_keeps(officer: Actor) -> None:
    chance = random.SystemRandom()
    person = family.fresh(chance).parent
    actor = officer.region.resident("somebody", person.phone)
    actor.put("/v1/me/record", record(person, person.phone))
    written = {"written": person.name.replace("·", ""), "document": "ticket"}
    assert actor.post("/v1/me/name-writings", written).status_code == 201
    answer = actor.get("/v1/me/name-sheet", quiet=True)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
