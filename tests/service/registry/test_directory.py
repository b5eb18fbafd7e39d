"""The public directory: filled at the first start, told to the others once, changed only by a whole good file."""

from pathlib import Path
from typing import Any

import pytest

import services.registry
from services.registry.commands import directory
from shared.contracts.events import OrganizationClosed, OrganizationRegistered
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

CATALOGUE = (Path(services.registry.__file__).parent / "data" / "service-catalogue.csv").read_bytes()


async def get(registry: RunningApp, path: str, **params: Any) -> dict[str, Any]:
    async with registry.as_() as anybody:
        answer = await anybody.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def send(registry: RunningApp, content: bytes, *roles: str) -> Any:
    async with registry.as_(grants.staff(registry.settings, "org-610118-centre", *roles)) as client:
        return await client.post("/v1/catalogue-imports", content=content, headers={"content-type": "text/csv"})


async def test_every_service_is_told_to_the_others_once(registry: RunningApp) -> None:
    await directory.load_reference(registry.runtime)

    async def told() -> list[dict[str, Any]]:
        events = registry.bus.events("registry.service.published.v1")
        return events if len(events) >= 60 else []

    events = await until(told)
    assert len({event["service"] for event in events}) == len(events) == 60
    school = next(event for event in events if event["service"] == "EDU-01")
    assert (school["domain"], school["guardian_if_under14"]) == ("education", True)
    assert "儿童姓名" in school["fields"]


async def test_services_come_in_pages_by_search_and_by_domain(registry: RunningApp) -> None:
    first = await get(registry, "/directory/services", per_page=25)
    assert (first["total_items"], first["total_pages"], first["size"]) == (60, 3, 25)
    last = await get(registry, "/directory/services", per_page=25, page=3)
    assert (last["last_page"], last["size"]) == (True, 10)
    found = await get(registry, "/directory/services", search="入学", full=True)
    [school] = found["contents"]
    domain = next(each for each in school["attributes"] if each["link_type"] == "domain")
    same = await get(registry, "/directory/services", taxonomy_term_id=domain["taxonomy_term_id"])
    assert same["total_items"] == 4
    assert (await get(registry, "/directory/services", search="%"))["empty"] is True
    assert (await get(registry, "/directory/services", modified_after="2999-01-01T00:00:00Z"))["total_items"] == 0


async def test_a_service_is_found_by_id_and_by_code(registry: RunningApp) -> None:
    by_code = await get(registry, "/directory/services/EDU-01")
    assert await get(registry, f"/directory/services/{by_code['id']}") == by_code
    async with registry.as_() as anybody:
        assert (await anybody.get("/directory/services/POL-01")).status_code == 404
        assert (await anybody.get("/directory/services", params={"page": 0})).json()["code"] == "body-invalid"


@pytest.mark.parametrize(
    "path",
    [
        "/directory/services?search=%00",
        "/directory/organizations?search=a%07",
        "/directory/services/%00",
        "/directory/organizations/%00",
        "/directory/services?modified_after=9999-12-31T23:59:59-12:00",
        "/directory/organizations?modified_after=0001-01-01T00:00:00%2B14:00",
        "/directory/services?modified_after=12345",
        "/directory/services?full=perhaps",
        "/directory/services?colour=red",
    ],
)
async def test_what_could_name_nothing_is_refused(registry: RunningApp, path: str) -> None:
    async with registry.as_() as anybody:
        answer = await anybody.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "body-invalid")
    assert answer.json()["errors"][0]["pointer"]


async def test_a_division_knows_its_place(registry: RunningApp) -> None:
    district = await get(registry, "/v1/divisions/610118")
    assert [each["code"] for each in district["part_of"]] == ["61", "6101"]
    assert (district["name"], len(district["parts"]), district["year"]) == ("鄠邑区", 14, 2023)
    committee = (await get(registry, f"/v1/divisions/{district['parts'][0]['code']}"))["parts"][0]
    assert len(committee["code"]) == 12
    async with registry.as_() as anybody:
        assert (await anybody.get("/v1/divisions/999999")).status_code == 404


async def test_an_organisation_told_by_identity_appears_until_it_is_closed(registry: RunningApp) -> None:
    told = OrganizationRegistered(
        organization="org-610118-education", name="鄠邑区教育局", kind="department",
        parent="org-610118-centre", district="610118", services=("EDU-01",),
    )  # fmt: skip
    await registry.receive("identity", "org-610118-education", 1, told)

    async def shown() -> list[dict[str, Any]]:
        return list((await get(registry, "/directory/organizations", search="教育", full=True))["contents"])

    [education] = await until(shown)
    offers = [each["value"] for each in education["attributes"] if each["link_type"] == "offers-service"]
    assert offers == ["EDU-01"]
    ended = OrganizationClosed.model_validate(told.model_dump() | {"state": "closed"})
    await registry.receive("identity", "org-610118-education", 2, ended)

    async def gone() -> bool:
        return not await shown()

    await until(gone)


async def test_the_same_file_again_changes_nothing(registry: RunningApp) -> None:
    before = len(registry.bus.events("registry.service.published.v1"))
    answer = await send(registry, CATALOGUE, "coordinator")
    assert (answer.status_code, answer.json()["changed"]) == (201, 0)
    assert len(registry.bus.events("registry.service.published.v1")) == before


async def test_a_changed_row_is_taken_in_and_told(registry: RunningApp) -> None:
    changed = CATALOGUE.replace("求职登记与岗位推荐".encode(), "求职登记和岗位推荐".encode(), 1)
    answer = await send(registry, changed, "coordinator")
    assert answer.json()["changed"] == 1
    assert (await get(registry, "/directory/services/EMP-01"))["name"] == "求职登记和岗位推荐"

    async def told() -> bool:
        events = registry.bus.events("registry.service.published.v1")
        return bool(events[-1]["name_zh"] == "求职登记和岗位推荐")

    await until(told)


async def test_a_file_with_bad_rows_names_each_and_applies_none(registry: RunningApp) -> None:
    rows = CATALOGUE.decode().splitlines(keepends=True)
    rows[2] = rows[2].replace("失业登记", "失业登记(新)").replace(",employment,", ",policing,")
    rows[3] = rows[3].replace("姓名|", "姓名|民族|")
    rows[4] = rows[4].replace("职业技能培训报名与补贴申领", "职业技能培训(新)")
    answer = await send(registry, "".join(rows).encode(), "coordinator")
    assert (answer.status_code, answer.json()["code"]) == (422, "catalogue-rows-bad")
    named = [(row["line"], row["column"]) for row in answer.json()["rows"]]
    assert named == [(3, "domain"), (4, "data_fields")]
    assert (await get(registry, "/directory/services/EMP-04"))["name"] == "职业技能培训报名与补贴申领"


@pytest.mark.parametrize("roles", [(), ("officer",)])
async def test_only_a_coordinator_imports(registry: RunningApp, roles: tuple[str, ...]) -> None:
    assert (await send(registry, CATALOGUE, *roles)).status_code == 403
