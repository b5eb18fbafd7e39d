"""Assessments approved by four eyes and reviewed each year; incidents with clocks, told to whom they concern alone."""

import datetime
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.contracts import vocabulary
from tests.service.registry.test_consents import decided
from tests.support import grants
from tests.support.apps import RunningApp

NOW = datetime.datetime.now(datetime.UTC)
HOUR = datetime.timedelta(hours=1)
ASSESSED = {
    "purpose": "school_enrolment",
    "necessity": "没有姓名和出生日期无法安排学位。",
    "impact": "未成年人信息可能被无关人员看到。",
    "safeguards": "逐字段同意，接受前只见出生年份。",
}


def happened(**changes: Any) -> dict[str, Any]:
    return {
        "grade": "larger",
        "kinds": ["儿童姓名"],
        "cause": "一台办公电脑遗失。",
        "harm": "姓名可能被他人知悉。",
        "measures": "已吊销该系统的密钥。",
        "advice": "请留意陌生来电。",
        "ask_whom": "鄠邑区便民服务中心",
        "agreement": "agr-education",
        "begins_at": (NOW - 5 * HOUR).isoformat(),
        "ends_at": (NOW + HOUR).isoformat(),
        "found_at": NOW.isoformat(),
    } | changes


class Officer:
    """A data protection officer of a service centre of its own."""

    def __init__(self, registry: RunningApp, office: str, name: str) -> None:
        self.registry = registry
        self.caller = grants.staff(registry.settings, office, "data_protection_officer", name=name)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.post(path, json=body, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.get(path)

    async def act(self, thing: str, verb: str, body: Any = None) -> httpx.Response:
        tag = (await self.get(thing)).headers["etag"]
        return await self.post(f"{thing}:{verb}", body, **{"if-match": tag})


@pytest.fixture
def officers(registry: RunningApp) -> tuple[Officer, Officer]:
    office = f"org-{uuid.uuid4()}"
    return Officer(registry, office, "first"), Officer(registry, office, "second")


async def own(registry: RunningApp, person: grants.Caller) -> list[dict[str, Any]]:
    async with registry.as_(person) as client:
        return list((await client.get("/v1/me/incidents")).json()["incidents"])


def came(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    return answer.status_code, body.get("code") or body.get("state", "")


async def test_an_assessment_takes_two_and_takes_the_place_of_the_one_before(
    officers: tuple[Officer, Officer],
) -> None:
    first, second = officers
    things = []
    for _ in range(2):
        made = await first.post("/v1/impact-assessments", ASSESSED)
        assert came(made) == (201, "draft")
        thing = f"/v1/impact-assessments/{made.json()['id']}"
        assert came(await first.act(thing, "approve")) == (403, "assessment-same-officer")
        assert came(await second.act(thing, "approve")) == (200, "approved")
        things.append(thing)
    states = [(await first.get(thing)).json()["state"] for thing in things]
    assert states == ["superseded", "approved"]
    assert came(await second.act(things[0], "withdraw")) == (409, "state-conflict")


async def test_an_assessment_is_looked_at_again_within_a_year(
    registry: RunningApp, officers: tuple[Officer, Officer]
) -> None:
    made = (await officers[0].post("/v1/impact-assessments", ASSESSED)).json()["id"]
    approved = (await officers[1].act(f"/v1/impact-assessments/{made}", "approve")).json()
    assert approved["overdue"] is False
    async with registry.runtime.engine.begin() as connection:
        await connection.execute(
            text("UPDATE impact_assessment SET review_on = review_on - 366 WHERE id = :id"), {"id": uuid.UUID(made)}
        )
    [line] = (await officers[0].get("/v1/impact-assessments")).json()["assessments"]
    assert line["overdue"] is True


async def test_a_purpose_outside_the_release_cannot_be_assessed(officers: tuple[Officer, Officer]) -> None:
    refused = await officers[0].post("/v1/impact-assessments", ASSESSED | {"purpose": "stability"})
    assert came(refused) == (422, "assessment-purpose-unknown")


@pytest.mark.parametrize(("grade", "hours"), [("general", None), ("larger", 4), ("major", 4), ("grave", 4)])
async def test_the_clocks_of_an_incident(officers: tuple[Officer, Officer], grade: str, hours: int | None) -> None:
    made = (await officers[0].post("/v1/incidents", happened(grade=grade))).json()
    due = made["report_due_at"]
    assert (due and datetime.datetime.fromisoformat(due) - NOW) == (hours and hours * HOUR)
    assert datetime.datetime.fromisoformat(made["tell_due_at"]) - NOW == 72 * HOUR
    assert made["overdue"] is False


async def test_an_incident_that_nobody_reported_in_time_says_so(officers: tuple[Officer, Officer]) -> None:
    late = happened(begins_at=(NOW - 9 * HOUR).isoformat(), found_at=(NOW - 5 * HOUR).isoformat())
    made = (await officers[0].post("/v1/incidents", late)).json()
    assert made["overdue"] is True
    reported = await officers[0].act(f"/v1/incidents/{made['id']}", "report")
    assert reported.json()["overdue"] is False


async def test_an_incident_is_closed_when_who_has_to_know_does(officers: tuple[Officer, Officer]) -> None:
    first, _ = officers
    thing = f"/v1/incidents/{(await first.post('/v1/incidents', happened())).json()['id']}"
    assert came(await first.act(thing, "close", {})) == (409, "incident-not-done")
    await first.act(thing, "report")
    assert came(await first.act(thing, "report")) == (409, "incident-done-before")
    assert came(await first.act(thing, "close", {})) == (409, "incident-not-done")
    assert (await first.act(thing, "close", {"harmless_because": "磁盘已加密。"})).json()["closed_at"]
    assert came(await first.act(thing, "tell")) == (409, "incident-closed")


async def test_those_concerned_read_what_happened_and_nobody_else(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    other = grants.resident(registry.settings, str(uuid.uuid4()))
    agreement = f"agr-{uuid.uuid4()}"
    await decided(registry, person, agreement=agreement)
    refuser = grants.resident(registry.settings, str(uuid.uuid4()))
    await decided(registry, refuser, agreement=agreement, decision="refused")
    before = happened(agreement=agreement, ends_at=(NOW - 4 * HOUR).isoformat())
    for body in (happened(agreement=agreement), before):
        thing = f"/v1/incidents/{(await officers[0].post('/v1/incidents', body)).json()['id']}"
        assert thing.rpartition("/")[2] not in [each["id"] for each in await own(registry, person)]
        await officers[0].act(thing, "tell")
    [read] = [each for each in await own(registry, person) if each["agreement"] == agreement]
    assert (read["harm"], read["advice"], read["ask_whom"]) == tuple(
        happened()[name] for name in ("harm", "advice", "ask_whom")
    )
    for nobody in (other, refuser):
        assert agreement not in [each["agreement"] for each in await own(registry, nobody)]


async def test_what_concerns_the_region_everybody_reads(
    registry: RunningApp, person: grants.Caller, officers: tuple[Officer, Officer]
) -> None:
    made = (await officers[0].post("/v1/incidents", happened(agreement=None))).json()["id"]
    await officers[0].act(f"/v1/incidents/{made}", "tell")
    assert made in [each["id"] for each in await own(registry, person)]


async def test_another_office_knows_nothing_of_it(registry: RunningApp, officers: tuple[Officer, Officer]) -> None:
    elsewhere = Officer(registry, "org-elsewhere", "third")
    incident = (await officers[0].post("/v1/incidents", happened())).json()["id"]
    assessment = (await officers[0].post("/v1/impact-assessments", ASSESSED)).json()["id"]
    for thing in (f"/v1/incidents/{incident}", f"/v1/impact-assessments/{assessment}"):
        assert came(await elsewhere.get(thing)) == (404, "not-found")
    assert incident not in [each["id"] for each in (await elsewhere.get("/v1/incidents")).json()["incidents"]]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"ends_at": (NOW - 6 * HOUR).isoformat()}, 422, "incident-period"),
        ({"begins_at": (NOW + HOUR).isoformat()}, 422, "incident-period"),
        ({"found_at": (NOW - 6 * HOUR).isoformat()}, 422, "incident-period"),
        ({"found_at": (NOW + HOUR).isoformat()}, 422, "incident-period"),
        ({"begins_at": "0001-01-01T00:00:00+14:00"}, 422, "body-invalid"),
        ({"found_at": "9999-12-31T23:59:59Z"}, 422, "body-invalid"),
        ({"ask_whom": "\u0000"}, 422, "body-invalid"),
        ({"kinds": []}, 422, "body-invalid"),
        ({"grade": "huge"}, 422, "body-invalid"),
        ({"begins_at": "2026-11-28T08:00:00"}, 422, "body-invalid"),
    ],
)
async def test_what_cannot_have_happened_is_refused(
    officers: tuple[Officer, Officer], change: dict[str, Any], status: int, code: str
) -> None:
    assert came(await officers[0].post("/v1/incidents", happened(**change))) == (status, code)


async def test_the_register_is_what_the_release_the_catalogue_and_the_assessments_say(
    registry: RunningApp, officers: tuple[Officer, Officer]
) -> None:
    made = (await officers[0].post("/v1/impact-assessments", ASSESSED | {"purpose": "legal_help"})).json()["id"]
    await officers[1].act(f"/v1/impact-assessments/{made}", "approve")
    async with registry.as_() as anybody:
        register = (await anybody.get("/directory/processing")).json()
    closed = vocabulary.load().release
    assert register["release"] == closed.version
    assert [each["code"] for each in register["purposes"]] == [each.code for each in closed.purposes]
    by_code = {each["code"]: each for each in register["purposes"]}
    [legal_aid] = [each for each in by_code["legal_help"]["services"] if each["code"] == "LEG-02"]
    assert set(legal_aid["fields"]) == set(vocabulary.load().services["LEG-02"].fields)
    assert by_code["legal_help"]["assessment"] == made
    assert by_code["legal_help"]["assessed_on"] and by_code["culture_and_language"]["assessed_on"] is None
    assert {each["field"] for each in register["fields"]} >= {"name", "birth_date", "district"}
