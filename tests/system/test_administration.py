"""Administration over real sockets: two people, a link to join by, and seconds until whoever is stopped is refused."""

import json
import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from joserfc.jwk import ECKey

from demo import family
from demo.client import Actor, Region
from demo.front_end import resident
from demo.says import Disappointed
from tests.support.acting import at_counter
from tests.support.launched import Installation
from tests.support.until import until

BITES = 5.0  # seconds until every gateway refuses
CENTRE, EDUCATION = "org-610118-centre", "org-610118-education"
PASSWORD = "correct horse battery staple 接力"
ACTS = """
SELECT convert_from(body, 'UTF8')::jsonb ->> 'operation' AS operation, count(*) AS calls FROM log_entry
WHERE phase = 'outcome' AND convert_from(body, 'UTF8')::jsonb ->> 'outcome' = 'released' GROUP BY 1
"""
TARGETS = """
SELECT convert_from(body, 'UTF8')::jsonb -> 'target' ->> 'id' AS target, count(*) AS calls FROM log_entry
WHERE convert_from(body, 'UTF8')::jsonb ->> 'outcome' = 'released' GROUP BY 1
"""


def came(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "") if answer.content else ""


def joined(region: Region, by: tuple[Actor, Actor], body: dict[str, Any], directory: Path) -> Actor:
    """Somebody whom two invite: who opens the link, types both codes, chooses their own proofs, and signs in."""
    name = body["id"]
    proposed, approved = by[0].post("/v1/staff", body), by[1].post(f"/v1/staff/{name}:approve")
    assert (proposed.status_code, approved.status_code) == (201, 200)
    link, approval = proposed.json()["link"], approved.json()["approval"]
    invitation = {"invitation": link.partition("#")[2], "approval": approval}
    found = re.search(r'name="totp" value="([A-Z2-7]+)"', region.http.post("/sign-in/join", data=invitation).text)
    assert found
    code = pyotp.TOTP(found[1]).now()
    chosen = invitation | {"password": PASSWORD, "totp": found[1], "code": code}
    assert region.http.post("/sign-in/joined", data=chosen).status_code == 200
    kept = directory / "staff.json"
    kept.write_text(json.dumps({name: {"password": PASSWORD, "totp": found[1]}}))
    return replace(region, staff_file=kept).staff("a new colleague", name)


def proposed(by: Actor, body: dict[str, str]) -> str:
    """The version of a new proposal."""
    answer = by.post("/v1/organizations", body)
    assert answer.status_code == 201
    return str(answer.headers["etag"])


async def within(seconds: float, look: Callable[[], httpx.Response], wanted: tuple[int, str]) -> None:
    """The answer becomes this one in time."""
    started = time.monotonic()

    async def so() -> bool:
        return came(look()) == wanted

    await until(so, seconds + 20)
    assert time.monotonic() - started < seconds


@pytest.fixture(scope="module")
def region(platform: Installation) -> Region:
    return platform.regions()["receiving"]


@pytest.fixture(scope="module")
def first(region: Region) -> Actor:
    return region.staff("an administrator", "staff-610118-administrator")


@pytest.fixture(scope="module")
def second(region: Region) -> Actor:
    return region.staff("another administrator", "staff-610118-second-administrator")


async def test_two_people_let_an_office_and_its_system_in_and_one_stops_them_within_seconds(
    platform: Installation, region: Region, first: Actor, second: Actor, tmp_path: Path
) -> None:
    before = {row["operation"]: row["calls"] for row in await platform.rows("610118", "gateway", ACTS)}
    office = f"org-{uuid.uuid4().hex[:8]}"
    body = {"id": office, "name": "甘亭学校", "kind": "school", "parent": EDUCATION, "district": "610118"}
    version = proposed(first, body)
    own = first.post(f"/v1/organizations/{office}:confirm", if_match=version)
    assert came(own) == (409, "second-person-needed")
    assert second.post(f"/v1/organizations/{office}:confirm", if_match=version).json()["state"] == "active"

    key, client = ECKey.generate_key("P-256"), f"{office}-system"
    told = {"id": client, "organization": office, "grants": ["client_credentials"], "jwk": key.as_dict(private=False)}
    assert first.post("/v1/clients", told).json()["state"] == "proposed"
    assert second.post(f"/v1/clients/{client}:approve").json()["state"] == "active"
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    entry = {"client": client, "organization": office, "key_file": str(tmp_path / "key.pem")}
    there = replace(region, clients=[entry])
    school = there.system("the school's system", office)

    def calls() -> httpx.Response:
        return school.get("/v1/referrals", quiet=True)

    await within(BITES, calls, (200, ""))
    assert second.post(f"/v1/organizations/{office}:suspend").status_code == 200
    await within(BITES, calls, (403, "organisation-not-active"))
    with pytest.raises(Disappointed, match="invalid_client"):
        there.system("the school's system", office)
    assert came(second.post(f"/v1/organizations/{office}:resume")) == (409, "second-person-needed")
    assert first.post(f"/v1/organizations/{office}:resume").status_code == 200
    await within(BITES, calls, (200, ""))
    following = ECKey.generate_key("P-256")
    keys = f"/v1/clients/{client}/keys"
    assert second.post(keys, {"jwk": following.as_dict(private=False)}).status_code == 201
    assert came(second.post(f"{keys}/{following.thumbprint()}:approve")) == (409, "second-person-needed")
    assert first.post(f"{keys}/{following.thumbprint()}:approve").json()["keys"][-1]["state"] == "active"
    assert first.post(f"/v1/clients/{client}:revoke").status_code == 200
    await within(BITES, calls, (401, "token-revoked"))
    assert first.post(f"/v1/organizations/{office}:close").json()["state"] == "closed"

    after = {row["operation"]: row["calls"] for row in await platform.rows("610118", "gateway", ACTS)}
    verbs = [f"{verb}_organization" for verb in ("register", "confirm", "suspend", "resume", "close")]
    acts = [*verbs, "register_client", "approve_client", "revoke_client"]
    assert {act: after[act] - before.get(act, 0) for act in acts} == dict.fromkeys(acts, 1)
    named = {row["target"]: row["calls"] for row in await platform.rows("610118", "gateway", TARGETS)}
    assert (named[office], named[client]) == (5, 5), "each act says on what"


async def test_whoever_acts_for_a_person_stops_with_their_office(
    region: Region, first: Actor, second: Actor, tmp_path: Path
) -> None:
    """A token for a person with an officer acting is worth nothing once the officer's organisation may not act."""
    office, name = f"org-{uuid.uuid4().hex[:8]}", f"work-{uuid.uuid4().hex[:8]}"
    body = {"id": office, "name": "甘亭街道办事处", "kind": "town_street", "parent": CENTRE, "district": "610118"}
    assert second.post(f"/v1/organizations/{office}:confirm", if_match=proposed(first, body)).status_code == 200
    member = {"id": name, "organization": office, "roles": ["counter"]}
    officer = joined(region, (first, second), member, tmp_path)

    async def serves() -> bool:
        return officer.get("/v1/staff-sessions", quiet=True).status_code == 200

    await until(serves)
    _, together = at_counter(officer, family.phone(random.SystemRandom()), "record")

    def acts() -> httpx.Response:
        return together.get("/v1/me/record", quiet=True)

    assert came(acts()) == (404, "not-found")
    assert first.post(f"/v1/organizations/{office}:suspend").status_code == 200
    await within(BITES, acts, (403, "organisation-not-active"))


async def test_a_front_end_stops_with_the_organisation_whose_it_is(
    region: Region, first: Actor, second: Actor, tmp_path: Path
) -> None:
    """Whoever is signed in there is refused by it, at the gateway's own pages too, and served by any other."""
    office, key, name = f"org-{uuid.uuid4().hex[:8]}", ECKey.generate_key("P-256"), uuid.uuid4().hex[:8]
    body = {"id": office, "name": "甘亭社区", "kind": "community", "parent": CENTRE, "district": "610118"}
    assert second.post(f"/v1/organizations/{office}:confirm", if_match=proposed(first, body)).status_code == 200
    client = f"{CENTRE}-{name}"
    people = {"grants": ["authorization_code"], "signs_in": ["resident"], "redirect_uris": [region.callback]}
    told = {"id": client, "organization": office, "jwk": key.as_dict(private=False)} | people
    assert first.post("/v1/clients", told).status_code == 201
    assert second.post(f"/v1/clients/{client}:approve").status_code == 200
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    there = replace(region, clients=[{"client": client, "organization": office, "key_file": str(tmp_path / "key.pem")}])

    phone = family.phone(random.SystemRandom())
    token = there.front_end(name).sign_in("resident", resident(phone, region.messages_file))
    by_it, by_portal = Actor(there, "she", token), region.resident("she", phone)

    def calls(path: str) -> httpx.Response:
        return by_it.get(path, quiet=True)

    for path in ("/v1/me/sessions", "/v1/me/accesses"):
        await within(BITES, partial(calls, path), (200, ""))
    assert first.post(f"/v1/organizations/{office}:suspend").status_code == 200
    for path in ("/v1/me/sessions", "/v1/me/accesses"):
        await within(BITES, partial(calls, path), (403, "organisation-not-active"))
        assert by_portal.get(path, quiet=True).status_code == 200


async def test_a_role_that_was_taken_away_is_worth_nothing_within_seconds(
    region: Region, first: Actor, second: Actor, tmp_path: Path
) -> None:
    name = f"work-{uuid.uuid4().hex[:8]}"
    member = {"id": name, "organization": CENTRE, "roles": ["administrator"]}
    third = joined(region, (second, first), member, tmp_path)

    def looks() -> httpx.Response:
        return third.get("/v1/staff", quiet=True)

    assert looks().status_code == 200
    assert first.post(f"/v1/staff/{name}:assign", {"roles": ["counter"]}).status_code == 200
    await within(BITES, looks, (401, "token-revoked"))


def test_administration_is_the_administrators(region: Region, first: Actor) -> None:
    coordinator = region.staff("a coordinator", "staff-610118-coordinator")
    officer = region.staff("an officer", "staff-610118-education")
    for caller in (coordinator, officer):
        for path in ("/v1/staff", "/v1/clients"):
            assert came(caller.get(path, quiet=True)) == (403, "task-not-of-role")
    assert came(officer.get("/v1/administered-organizations", quiet=True)) == (403, "task-not-of-organisation")
    assert first.get("/v1/administered-organizations", quiet=True).status_code == 200
