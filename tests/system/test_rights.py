"""Rights, through the gateway: she sees who read her request; what she freezes nobody reads until she ends it."""

import json
import random
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from demo import family
from demo.client import Actor, Region
from demo.scene import HOUSING
from demo.story import settling
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_foreign_ids import NEED, consent, refer

ASKED = {"kind": "correct", "about": "record", "words": "我的姓名写错了。"}
NO = {"words": "经核实无误。", "reason": "found_correct"}


@pytest.fixture(scope="module")
def region(platform: Installation) -> Region:
    return platform.regions()["receiving"]


@pytest.fixture
def person(region: Region) -> Actor:
    return region.resident("somebody", family.phone(random.SystemRandom()))


def officer(region: Region, name: str) -> Actor:
    return region.staff(name, f"staff-610118-{name}")


def came(answer: httpx.Response) -> tuple[int, str]:
    """Status, and the problem's code or the new state."""
    body = answer.json()
    return answer.status_code, body.get("code") or body["state"]


async def read(desk: Actor, request: str) -> httpx.Response:
    """The request as the desk reads it, once the gateway knows whose it is."""

    async def known() -> httpx.Response | None:
        answer = desk.get(f"/v1/rights-requests/{request}", quiet=True)
        return answer if answer.status_code == 200 else None

    return await until(known)


async def test_she_sees_that_the_desk_read_her_request_and_another_officer_decides_the_appeal(
    region: Region, person: Actor
) -> None:
    request = str(person.post("/v1/me/rights-requests", ASKED).json()["id"])
    first, second = officer(region, "protection"), officer(region, "second-protection")
    seen = await read(first, request)
    assert seen.json()["words"] == ASKED["words"]
    path = f"/v1/rights-requests/{request}"
    assert came(first.post(f"{path}:refuse", NO, if_match=seen.headers["etag"])) == (200, "refused")
    assert came(person.post(f"/v1/me/rights-requests/{request}:appeal")) == (200, "appealed")
    again = await read(second, request)
    assert came(first.post(f"{path}:uphold", NO, if_match=again.headers["etag"])) == (403, "rights-same-officer")
    assert came(second.post(f"{path}:overturn", {"words": "已更正。"}, if_match=again.headers["etag"])) == (
        200,
        "granted",
    )
    accesses = person.get("/v1/me/accesses?limit=200", quiet=True).json()["accesses"]
    readings = [each for each in accesses if each["operation"] == "read_rights_request"]
    assert {each["who"]["organisation"] for each in readings} == {"org-610118-centre"}
    assert len({each["who"]["officer"] for each in readings}) == 2


async def test_no_other_office_and_no_other_role_reads_it(region: Region, person: Actor) -> None:
    request = str(person.post("/v1/me/rights-requests", ASKED).json()["id"])
    await read(officer(region, "protection"), request)
    for name in ("education-protection", "coordinator", "administrator", "counter"):
        asked = officer(region, name).get(f"/v1/rights-requests/{request}", quiet=True)
        assert asked.status_code == 403, name


async def test_what_she_freezes_nobody_reads_until_she_ends_it(region: Region, person: Actor) -> None:
    made = refer(person)
    assert person.post("/v1/me/consents", consent(made)).status_code == 201
    office = region.system("housing office", "org-610118-housing", HOUSING)
    settling.accept(office, made["id"], HOUSING)

    async def comes(status: int) -> httpx.Response:
        async def answered() -> httpx.Response | None:
            answer = office.get(f"/v1/referrals/{made['id']}?fields=姓名", HOUSING, quiet=True)
            return answer if answer.status_code == status else None

        return await until(answered, 5)

    await comes(200)
    assert person.post("/v1/me/freeze").json()["frozen"] is True
    assert came(await comes(403)) == (403, "consent-not-given")
    assert person.post("/v1/me/freeze:end").json()["frozen"] is False
    await comes(200)


def proof(answer: httpx.Response, region: Region) -> dict[str, Any]:
    """What a signed copy says, checked with the key that the region publishes to everybody."""
    published = httpx.get(f"{region.gateway_url}/.well-known/region-federation", timeout=10)
    keys = json.loads(jws.extract_compact(published.content).payload)["keys"]
    key = next(each for each in keys if each["kid"] == jws.extract_compact(answer.content).headers()["kid"])
    signed = jws.deserialize_compact(answer.text, ECKey.import_key(key), algorithms=["ES256"])
    assert signed.headers()["typ"] == "jieli-copy+jws"
    return dict(json.loads(signed.payload))


async def test_her_copy_holds_what_every_app_keeps(region: Region, person: Actor) -> None:
    body = {"name": "买买提", "birth_date": "1990-01-02", "phone": "13900001234", "district": "610118"}
    assert person.put("/v1/me/record", body).status_code == 200
    made = refer(person)
    assert person.post("/v1/me/consents", consent(made)).status_code == 201
    person.post("/v1/me/rights-requests", ASKED)
    answer = person.get("/v1/me/copy")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    kept = answer.json()["kept"]
    assert kept["record"]["name"] == "买买提"
    assert kept["referrals"][0]["answers"] == NEED["answers"]
    assert kept["consents"][0]["recipient"] == "org-610118-housing"
    assert kept["rights_requests"][0]["words"] == ASKED["words"]
    assert kept["sessions"]["sessions"] and kept["cases"] == []
    page = person.get("/v1/me/copy.pdf", quiet=True)
    assert (page.headers["content-type"], page.content[:5]) == ("application/pdf", b"%PDF-")
    assert proof(person.get("/v1/me/copy.jws", quiet=True), region)["kept"]["record"]["name"] == "买买提"
    accesses = person.get("/v1/me/accesses?limit=200", quiet=True).json()["accesses"]
    assert sum(each["operation"] == "read_copy" for each in accesses) == 3


def test_nobody_else_gets_a_copy(region: Region) -> None:
    desk = officer(region, "protection")
    for path in ("/v1/me/copy", "/v1/me/copy.pdf", "/v1/me/copy.jws"):
        refused = desk.get(path, quiet=True)
        assert (refused.status_code, refused.json()["code"]) == (403, "self-only")
        assert httpx.get(region.gateway_url + path, timeout=10).json()["code"] == "token-missing"
