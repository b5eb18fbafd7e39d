"""Offers in the directory: found by what people type, with languages, hours, capacity and dates, stale ones marked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.registry.tables import now
from shared.contracts import clock
from shared.contracts.events import OrganizationRegistered, OrganizationSuspended
from tests.service.registry import offers
from tests.service.registry.test_directory import CATALOGUE, get, send
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

HEALTH = "org-610118-hospital"
PLACES = ("鄠邑区第一小学", "草堂中心幼儿园", "甘河工业园社区")


@pytest.fixture(scope="module")
async def registry(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    async with apps.running("registry", postgres, tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
async def offered(registry: RunningApp) -> AsyncIterator[None]:
    await offers.registered(registry)
    await offers.registered(registry, HEALTH, "鄠邑区人民医院")
    rows = [offers.row(key=f"place-{number}", place=place) for number, place in enumerate(PLACES)]
    rows.append(offers.row(key="ward", service="HEA-01", organization=HEALTH, place="住院部"))
    assert (await offers.take_in(registry, offers.as_csv(rows)))["state"] == "applied"
    yield


async def found(registry: RunningApp, typed: str) -> set[str]:
    page = await get(registry, "/directory/service_at_locations", search=typed, per_page=200)
    return {each["location"]["name"] for each in page["contents"]}


@pytest.mark.parametrize(
    "typed",
    ["草堂", "草堂中心", "caotang", "cao tang", "CaoTang", "草唐", "caotnag", "caotng", "caotabg", "ctzx",
     "草堂 幼儿园", "caotangzhongxinyoueryuan", "caotangzhongxinyoeryuan", "caotangzhongixnyoueryuan"],
)  # fmt: skip
async def test_a_place_is_found_however_it_is_typed(registry: RunningApp, typed: str) -> None:
    names = await found(registry, typed)
    assert "草堂中心幼儿园" in names
    assert "甘河工业园社区" not in names


@pytest.mark.parametrize("typed", ["人民医院", "renminyiyuan", "renmin yiyuan", "人民医院 住院部"])
async def test_an_offer_is_found_by_its_organisation(registry: RunningApp, typed: str) -> None:
    assert "住院部" in await found(registry, typed)


async def test_a_search_that_fits_nothing_finds_nothing(registry: RunningApp) -> None:
    for typed in ("xqzvkwpt", "龘", "%", "草堂 住院部"):
        assert await found(registry, typed) == set()


async def test_the_catalogues_own_entry_comes_before_the_offers(registry: RunningApp) -> None:
    by_code = await get(registry, "/directory/services/EDU-01")
    code = next(each for each in by_code["attributes"] if each["link_type"] == "catalogue-code")
    page = await get(registry, "/directory/services", taxonomy_term_id=code["taxonomy_term_id"])
    assert page["contents"][0]["id"] == by_code["id"]
    assert page["total_items"] > len(PLACES)
    own = await get(registry, "/directory/services", organization_id=page["contents"][-1]["organization_id"])
    assert {each["organization"]["name"] for each in own["contents"]} == {"鄠邑区教育局"}
    department = await get(registry, "/directory/services", organization_id=by_code["organization_id"])
    assert by_code["id"] in {each["id"] for each in department["contents"]}
    assert {each["organization_id"] for each in department["contents"]} == {by_code["organization_id"]}


async def one(registry: RunningApp, place: str) -> dict[str, Any]:
    page = await get(registry, "/directory/services", search=place, full=True)
    return dict(next(each for each in page["contents"] if each["service_at_locations"]))


async def test_an_offer_shows_languages_hours_capacity_and_dates(registry: RunningApp) -> None:
    service = await one(registry, PLACES[0])
    assert [(each["code"], each["name"]) for each in service["languages"]] == [("zh", "中文"), ("ug", "ئۇيغۇرچە")]
    assert [(each["byday"], each["opens_at"]) for each in service["schedules"]] == [
        ("MO,TU,WE,TH,FR", "09:00"), ("MO,TU,WE,TH,FR", "14:00"),
    ]  # fmt: skip
    [capacity] = service["capacities"]
    assert (capacity["available"], capacity["maximum"], capacity["updated"]) == (12, 40, "2026-10-31T16:00:00Z")
    told = {each["link_type"]: each["value"] for each in service["attributes"] if "taxonomy_term_id" not in each}
    assert told["waiting-list"] == "open"
    assert told["next-place"] == "2027-02-15"
    assert "2027-02-15" in service["wait_time"]


async def test_what_was_long_not_assured_is_shown_as_stale(registry: RunningApp) -> None:
    today = clock.day_of(now())
    rows = [
        offers.row(key="old", place="蛋窝幼儿园", assured_on=str(today - timedelta(days=181)),
                   capacity_on=str(today - timedelta(days=15))),
        offers.row(key="new", place="石桥幼儿园", assured_on=str(today - timedelta(days=180)),
                   capacity_on=str(today - timedelta(days=14))),
    ]  # fmt: skip
    await offers.take_in(registry, offers.as_csv(rows))
    old, new = await one(registry, "蛋窝"), await one(registry, "石桥幼儿园")
    fresh = [
        {each["link_type"]: each["value"] for each in service["attributes"] if each["link_type"].endswith("freshness")}
        for service in (old, new)
    ]
    assert fresh == [{"freshness": word, "capacity-freshness": word} for word in ("stale", "current")]
    assert "Stale" in old["alert"]
    assert "alert" not in new


async def test_whoever_offers_tells_the_capacity_and_assures_the_entry(registry: RunningApp) -> None:
    service = await one(registry, PLACES[1])
    path, today = f"/v1/listings/{service['id']}", str(clock.day_of(now()))
    async with offers.officer(registry) as client:
        told = {"available": 0, "maximum": 30, "waiting": "closed"}
        answer = await client.put(f"{path}/capacity", json=told)
        assert (answer.status_code, answer.json()["capacity_on"]) == (200, today)
        assert (await client.post(f"{path}:assure")).json()["assured_on"] == today
        for wrong in (
            {"available": 31, "maximum": 30},
            {"available": -1},
            {"available": 1, "next_place_on": "2027-01-01"},
        ):
            assert (await client.put(f"{path}/capacity", json=wrong)).status_code == 422
    after = await one(registry, PLACES[1])
    assert (after["capacities"][0]["available"], after["assured_date"]) == (0, today)
    assert after["wait_time"] == "waiting list closed"
    assert after["last_modified"] > service["last_modified"]
    earlier = offers.as_csv([offers.row(key="place-1", place=PLACES[1])])
    await offers.take_in(registry, earlier)
    assert (await one(registry, PLACES[1]))["capacities"][0]["available"] == 0, "an earlier capacity took its place"


async def test_nobody_speaks_for_the_offer_of_another(registry: RunningApp) -> None:
    service = await one(registry, PLACES[0])
    catalogue = await get(registry, "/directory/services/EDU-01")
    for organization, listing in ((HEALTH, service["id"]), (offers.EDUCATION, catalogue["id"])):
        async with offers.officer(registry, organization) as client:
            assert (await client.post(f"/v1/listings/{listing}:assure")).status_code == 404
            assert (await client.put(f"/v1/listings/{listing}/capacity", json={"available": 1})).status_code == 404


async def test_offers_are_hidden_while_their_organisation_may_not_act(registry: RunningApp) -> None:
    slug = "org-610118-legal"
    await offers.registered(registry, slug, "太平法律服务站")
    await offers.take_in(registry, offers.as_csv([offers.row(key="a", organization=slug, place="太平街口")]))
    [shown] = (await get(registry, "/directory/service_at_locations", search="太平街口"))["contents"]
    told = OrganizationRegistered(
        organization=slug, name="太平法律服务站", kind="department", parent="org-610118-centre", district="610118",
        services=("EDU-01",),
    )  # fmt: skip
    ended = OrganizationSuspended.model_validate(told.model_dump() | {"state": "suspended"})
    await registry.receive("identity", slug, 2, ended)

    async def hidden() -> bool:
        return not await found(registry, "太平街口")

    await until(hidden)
    async with registry.as_() as anybody:
        for path in (f"services/{shown['service_id']}", f"service_at_locations/{shown['id']}"):
            assert (await anybody.get(f"/directory/{path}")).status_code == 404
    await offers.registered(registry, slug, "太平新站", 3)
    assert await found(registry, "太平街口") == {"太平街口"}
    assert await found(registry, "太平新站") == {"太平街口"}


async def test_offers_follow_the_catalogue(registry: RunningApp) -> None:
    before = await one(registry, PLACES[2])
    changed = CATALOGUE.replace("义务教育".encode(), "九年教育".encode())
    assert (await send(registry, changed, "coordinator")).json()["changed"] > 0
    after = await one(registry, PLACES[2])
    assert "九年教育" in after["name"]
    assert after["last_modified"] > before["last_modified"]
    assert PLACES[2] in await found(registry, f"九年教育 {PLACES[2]}")
    assert (await send(registry, CATALOGUE, "coordinator")).status_code == 201


async def test_minimal_and_postcode(registry: RunningApp) -> None:
    page = await get(registry, "/directory/services", minimal=True)
    assert set(page["contents"][0]) == {"id", "name", "status", "last_modified"}
    assert (await get(registry, "/directory/service_at_locations", postcode="710300"))["total_items"] >= len(PLACES)
    assert (await get(registry, "/directory/service_at_locations", postcode="100000"))["total_items"] == 0
