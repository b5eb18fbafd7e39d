"""Files of offers: bad rows are named and none is applied, the same again changes nothing, a stop loses nothing."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.registry import main
from services.registry.commands import imports as commands
from shared import migrate
from tests.service.registry import offers
from tests.service.registry.test_directory import get
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.bus import MemoryBus
from tests.support.postgres import TestServer
from tests.support.until import until


@pytest.fixture(scope="module")
async def registry(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    async with apps.running("registry", postgres, tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture(autouse=True)
async def education(registry: RunningApp) -> AsyncIterator[None]:
    await offers.registered(registry)
    yield


async def offered(registry: RunningApp, key: str) -> list[dict[str, Any]]:
    found = await get(registry, "/directory/service_at_locations", search=key)
    return list(found["contents"])


async def test_a_good_file_is_read_and_applied_whole(registry: RunningApp) -> None:
    rows = [offers.row(key=f"whole-{number}", place=f"甘亭第{number}幼儿园") for number in range(1200)]
    done = await offers.take_in(registry, offers.as_csv(rows))
    assert (done["state"], done["read"], done["bad"], done["changed"], done["missing"]) == (
        "applied",
        1200,
        0,
        1200,
        [],
    )
    [found] = await offered(registry, "甘亭第1150幼儿园")
    assert found["location"]["name"] == "甘亭第1150幼儿园"


async def test_the_same_file_again_changes_nothing(registry: RunningApp) -> None:
    file = offers.as_csv([offers.row(key="same", place="蒋村中学")])
    assert (await offers.take_in(registry, file))["changed"] == 1
    [before] = (await get(registry, "/directory/services", search="蒋村中学"))["contents"]
    assert (await offers.take_in(registry, file))["changed"] == 0
    assert (await get(registry, "/directory/services", search="蒋村中学"))["contents"] == [before]


async def test_a_row_that_changed_takes_the_place_of_the_one_before(registry: RunningApp) -> None:
    await offers.take_in(registry, offers.as_csv([offers.row(key="moved", place="涝店小学")]))
    done = await offers.take_in(registry, offers.as_csv([offers.row(key="moved", place="余下小学")]))
    assert done["changed"] == 1
    assert len(await offered(registry, "余下小学")) == 1
    assert await offered(registry, "涝店小学") == []


async def test_every_bad_row_is_named_and_no_row_is_applied(registry: RunningApp) -> None:
    rows = [
        offers.row(key="good", place="秦渡小学"),
        offers.row(key="bad-1", service="POL-01"),
        offers.row(key="bad-2", organization="org-610118-nobody"),
        offers.row(key="bad-3", service="LEG-01"),
        offers.row(key="bad-4", hours="always", available="50", district="999999"),
        offers.row(key="bad-5", place="王老师 13900001234"),
        offers.row(key="good", place="秦渡中学"),
    ]
    done = await offers.take_in(registry, offers.as_csv(rows))
    assert (done["state"], done["read"], done["bad"], done["changed"]) == ("refused", 7, 6, 0)
    assert [(each["line"], each["field"]) for each in done["faults"]] == [
        (3, "service"), (4, "organization"), (5, "service"),
        (6, "hours"), (6, "district"), (6, "available"), (7, "place"), (8, "key"),
    ]  # fmt: skip
    assert "13900001234" not in str(done["faults"])
    assert await offered(registry, "秦渡") == []


@pytest.mark.parametrize(
    ("form", "content", "reason"),
    [
        ("csv", b"a,b\r\n1,2\r\n", "header"),
        ("csv", b"\xff\xfe", "UTF-8"),
        ("hsds-csv", b"no zip", "zip"),
        ("hsds-json", b"[1", "JSON"),
        ("hsds-json", b'{"contact": [{"id": "1", "name": "x"}], "service_at_location": []}', "people"),
        ("hsds-json", b'{"diary": []}', "table"),
    ],
)
async def test_a_file_that_is_not_what_it_says_is_refused(
    registry: RunningApp, form: str, content: bytes, reason: str
) -> None:
    done = await offers.take_in(registry, content, form)
    assert (done["state"], done["changed"]) == ("refused", 0)
    assert reason in done["faults"][0]["reason"]


async def test_parts_may_be_sent_again_and_none_may_be_missing(registry: RunningApp) -> None:
    file = offers.as_csv([offers.row(key="parts", place="庞光小学")])
    async with offers.coordinator(registry) as client:
        path = await offers.announce(client, file, parts=3)
        await offers.put(client, path, 3, file[200:])
        early = await client.post(f"{path}:send")
        assert (early.status_code, early.json()["code"], early.json()["missing"]) == (
            409,
            "import-parts-missing",
            [1, 2],
        )
        await offers.put(client, path, 1, b"wrong")
        await offers.put(client, path, 2, file[100:200])
        wrong = await client.post(f"{path}:send")
        assert (wrong.status_code, wrong.json()["code"]) == (409, "import-digest-wrong")
        assert (await offers.put(client, path, 4, b"x")).json()["code"] == "import-part-unknown"
        assert (await offers.put(client, path, 1, file[:100])).json()["missing"] == []
        assert (await client.post(f"{path}:send")).status_code == 200
        assert (await client.post(f"{path}:send")).json()["code"] == "state-conflict"
    assert (await offers.ended(registry, path))["changed"] == 1


async def test_a_file_that_is_cancelled_is_gone(registry: RunningApp) -> None:
    async with offers.coordinator(registry) as client:
        path = await offers.announce(client, b"x")
        await offers.put(client, path, 1, b"x")
        assert (await client.post(f"{path}:cancel")).json()["state"] == "cancelled"
        assert (await client.post(f"{path}:send")).json()["code"] == "state-conflict"
    async with registry.runtime.engine.connect() as connection:
        left = await connection.exec_driver_sql(f"SELECT count(*) FROM import_part WHERE of = '{path[-36:]}'")  # noqa: S608 - an id made by us
        assert left.scalar_one() == 0


@pytest.mark.parametrize("organization", ["org-610118-centre", "org-610199-centre"])
@pytest.mark.parametrize("role", ["officer", "coordinator"])
async def test_a_file_is_its_senders_own(registry: RunningApp, organization: str, role: str) -> None:
    async with offers.coordinator(registry) as client:
        path = await offers.announce(client, b"x")
    mine = (organization, role) == ("org-610118-centre", "coordinator")
    async with registry.as_(grants.staff(registry.settings, organization, role)) as client:
        answer = await client.get(path)
        refused = 403 if role == "officer" else 404
        assert answer.status_code == (200 if mine else refused)
        assert (await client.get(f"{path}/faults")).status_code == answer.status_code


async def test_work_goes_on_where_a_stop_left_it(postgres: TestServer, tmp_path: Path) -> None:
    settings = apps.settings("registry", await postgres.create_database("registry"), tmp_path)
    await asyncio.to_thread(migrate.upgrade, "registry", settings)
    rows = [offers.row(key=f"on-{number}", place=f"石井第{number}小学") for number in range(2500)]
    app = main.create(settings, bus := MemoryBus())
    async with app.router.lifespan_context(app):
        first = RunningApp(app, settings, bus)
        await offers.registered(first)
        async with offers.coordinator(first) as client:
            path = await offers.announce(client, file := offers.as_csv(rows), parts=2)
            for number, part in enumerate((file[:200_000], file[200_000:]), 1):
                assert (await offers.put(client, path, number, part)).status_code == 200
            assert (await client.post(f"{path}:send")).status_code == 200

            async def begun() -> int:
                return int((await client.get(path)).json()["read"])

            read = await until(begun)
    assert 0 < read < 2500
    app = main.create(settings, bus := MemoryBus())
    async with app.router.lifespan_context(app):
        second = RunningApp(app, settings, bus)
        done = await offers.ended(second, path)
        assert (done["state"], done["read"], done["changed"]) == ("applied", 2500, 2500)
        assert (await get(second, "/directory/service_at_locations"))["total_items"] == 2500


async def test_rows_whose_storing_failed_are_read_again(registry: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [offers.row(key=f"again-{number}", place=f"甘亭第{number}小学") for number in range(1200)]
    stage, failed = commands.stage, [asyncpg.InternalClientError("the connection died")]

    async def stage_or_fail(*given: Any) -> None:
        if given[1].read == 500 and failed:
            raise failed.pop()
        await stage(*given)

    monkeypatch.setattr(commands, "stage", stage_or_fail)
    done = await offers.take_in(registry, offers.as_csv(rows))
    assert (done["state"], done["read"], done["changed"], failed) == ("applied", 1200, 1200, [])


def hsds_tables() -> dict[str, list[dict[str, Any]]]:
    """A package with one offer, as another directory would write it."""
    organization, service, location, place = (str(uuid.uuid4()) for _ in range(4))
    return {
        "organization": [{"id": organization, "name": "鄠邑区教育局", "description": "x"}],
        "organization_identifier": [
            {"id": "1", "organization_id": organization, "identifier_scheme": "jieli", "identifier": offers.EDUCATION,
             "identifier_type": "organization"}
        ],
        "service": [
            {"id": service, "organization_id": organization, "name": "入学", "status": "active",
             "assured_date": "2026-06-01"}
        ],
        "attribute": [{"id": "2", "link_id": service, "link_type": "catalogue-code", "value": "EDU-01"}],
        "location": [
            {"id": location, "location_type": "physical", "name": "玉蝉小学", "external_identifier": "610118",
             "external_identifier_type": "GB/T 2260"}
        ],
        "service_at_location": [{"id": place, "service_id": service, "location_id": location}],
        "address": [
            {"id": "3", "location_id": location, "address_1": "玉蝉街2号", "city": "西安市", "state_province": "陕西省",
             "postal_code": "710300", "country": "CN", "address_type": "physical"}
        ],
        "language": [{"id": code, "service_id": service, "code": code} for code in ("zh", "kk")],
        "schedule": [
            {"id": "6", "service_at_location_id": place, "freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00",
             "closes_at": "17:00"}
        ],
        "service_capacity": [
            {"id": "7", "service_id": service, "unit_id": "8", "available": 3, "maximum": 9,
             "updated": "2026-11-01T00:00:00Z"}
        ],
        "unit": [{"id": "8", "name": "places"}],
    }  # fmt: skip


@pytest.mark.parametrize("form", ["hsds-csv", "hsds-json"])
async def test_an_hsds_package_is_taken_in(registry: RunningApp, form: str) -> None:
    tables = hsds_tables()
    done = await offers.take_in(registry, (offers.package if form == "hsds-csv" else offers.tabular)(tables), form)
    assert (done["state"], done["changed"]) == ("applied", 1), done
    name = tables["location"][0]["name"]
    [service] = [
        each
        for each in (await get(registry, "/directory/services", search=name, full=True))["contents"]
        if each["service_at_locations"][0]["schedules"][0]["byday"] == "MO,TU"
    ][:1]
    assert (service["capacities"][0]["available"], service["capacities"][0]["maximum"]) == (3, 9)
    assert [each["code"] for each in service["languages"]] == ["zh", "kk"]
    assert service["service_at_locations"][0]["location"]["addresses"][0]["city"] == "西安市"


async def test_an_hsds_package_that_points_nowhere_is_refused_by_line(registry: RunningApp) -> None:
    tables = hsds_tables()
    tables["location"] = []
    tables["service"].append({"id": str(uuid.uuid4()), "name": "入学", "status": "active"})
    done = await offers.take_in(registry, offers.tabular(tables), "hsds-json")
    assert [(each["file"], each["line"], each["field"]) for each in done["faults"]] == [
        ("service_at_location", 2, "location_id"), ("service", 3, "id"),
    ]  # fmt: skip
