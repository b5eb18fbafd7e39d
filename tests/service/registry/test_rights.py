"""The rights desk: asked in one's own words, answered by a day and by law, looked at again by somebody else."""

import json
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.registry.rules import rights as rules
from shared.contracts.events import OrganizationRegistered, RegistryErasureOrdered
from tests.service.registry.conftest import subject_of
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

DESK = "org-610118-centre"
ASKED = {
    "kind": "correct",
    "about": "referral",
    "thing": str(uuid.uuid4()),
    "words": "出生日期写错了\n应为1990年1月2日",
}
NO = {"words": "经核实，记录无误。", "reason": "found_correct"}
YES = {"words": "已经更正。"}


@pytest.fixture(autouse=True, scope="module")
async def centre(registry: RunningApp) -> None:
    """The service centre of the region, below which another one stands."""
    for name, parent in ((DESK, None), ("org-610118-a-town", DESK)):
        event = OrganizationRegistered(
            organization=name, name="中心", kind="service_centre", parent=parent, district="610118"
        )
        await registry.receive("identity", name, 1, event)


@pytest.fixture
def officers(registry: RunningApp) -> Iterator[tuple["Officer", "Officer"]]:
    yield Officer(registry, "first"), Officer(registry, "second")


class Officer:
    """A data protection officer of the desk."""

    def __init__(self, registry: RunningApp, name: str, organisation: str = DESK) -> None:
        self.registry = registry
        self.caller = grants.staff(registry.settings, organisation, "data_protection_officer", name=name)

    async def read(self, request: str) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.get(f"/v1/rights-requests/{request}")

    async def waiting(self) -> list[dict[str, Any]]:
        async with self.registry.as_(self.caller) as client:
            return list((await client.get("/v1/rights-requests", params={"limit": 200})).json()["requests"])

    async def answer(self, request: str, verb: str, body: dict[str, str]) -> tuple[int, str]:
        """Answer over the version that is there now: status, and the state or the problem's code."""
        tag = (await self.read(request)).headers["etag"]
        async with self.registry.as_(self.caller) as client:
            answer = await client.post(f"/v1/rights-requests/{request}:{verb}", json=body, headers={"if-match": tag})
        return came(answer)


def came(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    return answer.status_code, body.get("code") or body["state"]


async def ask(registry: RunningApp, person: grants.Caller, **changes: Any) -> str:
    async with registry.as_(person) as client:
        answer = await client.post("/v1/me/rights-requests", json=ASKED | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def own(registry: RunningApp, person: grants.Caller, request: str, verb: str = "") -> httpx.Response:
    async with registry.as_(person) as client:
        path = f"/v1/me/rights-requests/{request}"
        return await (client.post(f"{path}:{verb}") if verb else client.get(path))


async def test_she_asks_and_is_answered_and_told_that_there_is_an_answer(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    request = await ask(registry, person)
    assert [each["id"] for each in await officers[0].waiting() if each["id"] == request] == [request]
    assert await officers[0].answer(request, "grant", YES) == (200, "granted")
    shown = (await own(registry, person, request)).json()
    assert (shown["state"], shown["article"], shown["words"]) == ("granted", "PIPL 46", ASKED["words"])
    assert [(each["verb"], each["words"]) for each in shown["answers"]] == [("grant", YES["words"])]
    assert shown["routes"] == [] and request not in [each["id"] for each in await officers[0].waiting()]

    async def told() -> bool:
        path = registry.settings.messages_file
        assert path is not None
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return any(json.loads(line)["text"] == rules.message("鄠邑区") for line in lines)

    await until(told)


async def test_the_desk_reads_words_and_nobodys_name(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    request = await ask(registry, person)
    read = await officers[0].read(request)
    assert read.json()["words"] == ASKED["words"]
    line = next(each for each in await officers[0].waiting() if each["id"] == request)
    assert ASKED["words"] not in json.dumps(line, ensure_ascii=False)
    for answer in (read.text, json.dumps(line)):
        assert subject_of(person) not in answer and "13900001234" not in answer


async def test_another_office_has_no_part_in_it(registry: RunningApp, person: grants.Caller) -> None:
    request = await ask(registry, person)
    other = Officer(registry, "elsewhere", "org-610118-a-town")
    assert came(await other.read(request)) == (404, "not-found")
    assert await other.waiting() == []
    stranger = grants.resident(registry.settings, str(uuid.uuid4()))
    assert came(await own(registry, stranger, request)) == (404, "not-found")
    assert came(await own(registry, stranger, request, "take-back")) == (404, "not-found")


async def test_a_refusal_names_its_reason_and_where_to_go(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    request = await ask(registry, person)
    assert await officers[0].answer(request, "refuse", YES) == (422, "rights-reason-missing")
    assert await officers[0].answer(request, "grant", NO) == (422, "rights-reason-missing")
    assert await officers[0].answer(request, "refuse", NO) == (200, "refused")
    shown = (await own(registry, person, request)).json()
    assert (shown["answers"][0]["reason"], shown["routes"]) == ("found_correct", list(rules.ROUTES))


async def test_an_appeal_is_for_another_officer(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    first, second = officers
    request = await ask(registry, person)
    await first.answer(request, "refuse", NO)
    assert came(await own(registry, person, request, "appeal")) == (200, "appealed")
    assert await first.answer(request, "uphold", NO) == (403, "rights-same-officer")
    assert await first.answer(request, "overturn", YES) == (403, "rights-same-officer")
    assert await second.answer(request, "overturn", YES) == (200, "granted")
    assert came(await own(registry, person, request, "appeal")) == (409, "state-conflict")


async def test_after_an_appeal_that_failed_the_ways_outside_are_left(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    request = await ask(registry, person)
    await officers[0].answer(request, "refuse", NO)
    await own(registry, person, request, "appeal")
    assert await officers[1].answer(request, "uphold", NO) == (200, "upheld")
    assert (await own(registry, person, request)).json()["routes"] == list(rules.ROUTES[1:])


async def test_more_time_is_taken_once_and_said_why(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    request = await ask(registry, person)
    before = date.fromisoformat((await own(registry, person, request)).json()["due_on"])
    assert await officers[0].answer(request, "extend", {"words": "需要查阅纸质档案。"}) == (200, "extended")
    after = (await own(registry, person, request)).json()
    assert (date.fromisoformat(after["due_on"]) - before, after["answers"][0]["verb"]) == (timedelta(15), "extend")
    assert await officers[0].answer(request, "extend", YES) == (409, "state-conflict")


async def test_what_is_overdue_comes_first_and_says_so(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    late, fresh = await ask(registry, person), await ask(registry, person)
    async with registry.runtime.engine.begin() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        await connection.execute(
            text("UPDATE rights_request SET due_on = due_on - 20 WHERE id = :id"), {"id": uuid.UUID(late)}
        )
    lines = {each["id"]: (place, each["overdue"]) for place, each in enumerate(await officers[0].waiting())}
    assert lines[late] < lines[fresh] and (lines[late][1], lines[fresh][1]) == (True, False)
    assert (await own(registry, person, late)).json()["routes"] == list(rules.ROUTES[1:])


async def test_an_answer_is_given_over_what_was_read(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    request = await ask(registry, person)
    tag = (await officers[0].read(request)).headers["etag"]
    await own(registry, person, request, "take-back")
    for headers, refused in (({"if-match": tag}, 412), ({}, 428)):
        async with registry.as_(officers[0].caller) as client:
            path = f"/v1/rights-requests/{request}:grant"
            assert (await client.post(path, json=YES, headers=headers)).status_code == refused


async def test_only_so_many_wait_at_a_time(registry: RunningApp, person: grants.Caller) -> None:
    requests = [await ask(registry, person) for _ in range(rules.MOST_OPEN)]
    async with registry.as_(person) as client:
        assert came(await client.post("/v1/me/rights-requests", json=ASKED)) == (409, "rights-too-many-open")
    await own(registry, person, requests[0], "take-back")
    await ask(registry, person)


async def test_only_so_many_are_asked_in_a_month(registry: RunningApp, person: grants.Caller) -> None:
    for _ in range(rules.MOST_IN_A_MONTH):
        await own(registry, person, await ask(registry, person), "take-back")
    async with registry.as_(person) as client:
        assert came(await client.post("/v1/me/rights-requests", json=ASKED)) == (409, "rights-too-many-open")


async def test_the_desk_reads_nothing_long_after_it_answered(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    request = await ask(registry, person)
    await officers[0].answer(request, "grant", YES)
    assert (await officers[0].read(request)).status_code == 200
    async with registry.runtime.engine.begin() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        late = text("UPDATE rights_request SET closed_at = closed_at - interval '31 days' WHERE id = :id")
        await connection.execute(late, {"id": uuid.UUID(request)})
    assert came(await officers[0].read(request)) == (404, "not-found")
    assert (await own(registry, person, request)).json()["state"] == "granted"


@pytest.mark.parametrize(
    "change", [{"kind": "list"}, {"about": "ethnicity"}, {"words": ""}, {"words": "x" * 2_001}, {"thing": "1"}]
)
async def test_what_cannot_be_asked_is_refused(
    registry: RunningApp, person: grants.Caller, change: dict[str, str]
) -> None:
    async with registry.as_(person) as client:
        assert came(await client.post("/v1/me/rights-requests", json=ASKED | change)) == (422, "body-invalid")


async def test_the_longest_words_of_both_sides_fit(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    long = "\U00030000" * 2_000
    request = await ask(registry, person, words=long)
    for officer, verb, body in (
        (officers[0], "extend", {}),
        (officers[0], "refuse", {"reason": "found_correct"}),
        (officers[1], "uphold", {"reason": "law_requires_keeping"}),
    ):
        if verb == "uphold":
            await own(registry, person, request, "appeal")
        assert (await officer.answer(request, verb, body | {"words": long}))[0] == 200
    assert [each["words"] for each in (await own(registry, person, request)).json()["answers"]] == [long] * 3


async def test_nothing_stands_in_clear_and_an_erasure_takes_it_along(
    registry: RunningApp, person: grants.Caller
) -> None:
    request = await ask(registry, person)
    held = text("SELECT * FROM rights_request WHERE id = :id")
    async with registry.runtime.engine.begin() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        row = str((await connection.execute(held, {"id": uuid.UUID(request)})).one())
    assert "出生" not in row and "1990" not in row
    order = RegistryErasureOrdered(request=str(uuid.uuid4()), person=subject_of(person))
    await registry.receive("gateway", order.request, 1, order)

    async def gone() -> bool:
        done = [each for each in registry.bus.events("registry.erasure.done.v1") if each["request"] == order.request]
        return bool(done and request in done[0]["records"])

    await until(gone)
    assert (await own(registry, person, request)).status_code == 404
