"""A person asks for everything to be erased: once, meant so, and whoever has her phone afterwards is somebody new."""

import random
from typing import Any

import httpx
import pytest

from demo import family
from demo.client import Actor, Region
from tests.support.documented import fits
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_administration import came
from tests.system.test_foreign_ids import consent, refer
from tests.system.test_partners import OPERATIONS

UNKNOWN = "0198aaaa-0000-7000-8000-000000000000"
READ = "/v1/erasures/{erasure}"


@pytest.fixture(scope="module")
def region(platform: Installation) -> Region:
    return platform.regions()["receiving"]


def stands(region: Region, erasure: str) -> dict[str, Any]:
    """Where an erasure stands, as anybody who knows its id may read."""
    answer = httpx.get(f"{region.gateway_url}{READ.format(erasure=erasure)}", timeout=10)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def filled(region: Region, phone: str) -> Actor:
    """A person whom every service but cases knows."""
    person = region.resident("the person", phone)
    body = {"name": "王伟", "birth_date": "1990-01-02", "phone": phone, "district": "610118"}
    assert person.put("/v1/me/record", body).status_code == 200
    assert person.post("/v1/me/consents", consent(refer(person))).status_code == 201
    return person


async def test_she_is_gone_and_the_phone_is_anybodys(region: Region) -> None:
    phone = family.phone(random.SystemRandom())
    person = filled(region, phone)
    assert came(person.post("/v1/me/erasures", {"understood": False})) == (422, "body-invalid")
    asked = person.post("/v1/me/erasures", {"understood": True})
    assert (asked.status_code, asked.json()["state"]) == (202, "received")

    async def carried_out() -> bool:
        return bool(stands(region, asked.json()["id"])["state"] == "carried_out")

    async def refused() -> bool:
        return came(person.get("/v1/me/record", quiet=True)) == (401, "token-revoked")

    await until(carried_out, 30)
    await until(refused, 5)
    described = {path: found for _, path, found in OPERATIONS}[READ]
    fits(stands(region, asked.json()["id"]), described["responses"]["200"]["content"]["application/json"]["schema"])
    somebody = region.resident("whoever has the phone", phone)
    assert came(somebody.get("/v1/me/record", quiet=True)) == (404, "not-found")
    for path, held in (("consents", "consents"), ("referrals", "referrals")):
        assert somebody.get(f"/v1/me/{path}", quiet=True).json()[held] == []


def test_an_erasure_that_nobody_asked_for_is_not_there(region: Region) -> None:
    answer = httpx.get(f"{region.gateway_url}{READ.format(erasure=UNKNOWN)}", timeout=10)
    assert came(answer) == (404, "not-found")
