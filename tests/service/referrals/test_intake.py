"""One intake, many needs: what it makes, what it refuses, and that a refusal leaves nothing behind."""

import asyncio
import uuid
from typing import Any

import pytest

from shared.contracts import events
from tests.service.referrals.world import (
    CENTRE,
    EDUCATION,
    HOUSING,
    MEDICAL,
    SCHOOL_FIELDS,
    SCHOOL_NEED,
    Person,
    World,
    agreement,
)

MEDICAL_NEED = {"service": "HEA-05", "dependant": str(uuid.uuid4()), "answers": {"儿童姓名": "小明"}}
HOUSING_NEED = {"service": "HOU-03", "answers": {"姓名": "甲", "房屋地址": "乙", "租期": "一年"}}
CANARY = "金丝雀七五三"


def suspended(told: dict[str, Any]) -> events.AgreementSuspended:
    return events.AgreementSuspended.model_validate(told)


async def counts(world: World) -> list[int]:
    tables = ("intake", "referral", "referral_answers", "referral_history", "outbox", "idempotency")
    return [(await world.select(f"SELECT count(*) FROM {table}"))[0][0] for table in tables]  # noqa: S608 - fixed names


async def test_three_needs_become_three_referrals_to_three_recipients(world: World) -> None:
    who = Person()
    answer = await world.take_in(who, SCHOOL_NEED, MEDICAL_NEED, HOUSING_NEED)
    assert answer.status_code == 201
    school, medical, housing = answer.json()["referrals"]
    assert [each["recipient"] for each in (school, medical, housing)] == [EDUCATION, MEDICAL, HOUSING]
    assert {each["state"] for each in (school, medical, housing)} == {"awaiting_consent"}
    assert school["recipient_name"] == f"名{EDUCATION}"
    assert school["missing"] == [] == housing["missing"]
    assert medical["missing"] == ["姓名", "接种证号"]
    asked = school["consent_request"]
    assert (asked["agreement"], asked["agreement_version"], asked["purpose"]) == ("agr-school", 1, "school_enrolment")
    assert asked["fields"] == list(SCHOOL_FIELDS)
    assert (asked["preview_fields"], asked["sensitive"]) == (["儿童姓名", "出生日期"], ["minor"])
    drafted = await world.rows(
        "SELECT data FROM outbox WHERE subject = 'referrals.referral.drafted.v1' AND data->>'seal' = :seal",
        3,
        seal=who.seal,
    )
    assert {row.data["referral"] for row in drafted} == {each["id"] for each in (school, medical, housing)}


@pytest.mark.parametrize("stopped", [HOUSING, CENTRE])
async def test_while_an_organisation_may_not_act_nothing_is_referred_to_it_or_by_it(world: World, stopped: str) -> None:
    kind = "service_centre" if stopped == CENTRE else "department"
    told = {"organization": stopped, "name": f"名{stopped}", "kind": kind, "district": "610118"}
    numbers = await world.select("SELECT seq FROM position WHERE aggregate = :stopped", stopped=stopped)
    following = numbers[0].seq + 1
    suspended_now = events.OrganizationSuspended.model_validate(told | {"state": "suspended"})
    await world.app.receive("identity", stopped, following, suspended_now)
    await world.rows("SELECT 1 FROM organisation WHERE id = :stopped AND state = 'suspended'", stopped=stopped)
    refused = await world.take_in(Person(), HOUSING_NEED)
    assert (refused.status_code, refused.json()["code"]) == (409, "no-recipient")
    await world.app.receive("identity", stopped, following + 1, events.OrganizationResumed.model_validate(told))
    await world.rows("SELECT 1 FROM organisation WHERE id = :stopped AND state = 'active'", stopped=stopped)
    assert (await world.take_in(Person(), HOUSING_NEED)).status_code == 201


async def test_the_person_finds_them_and_nobody_else_does(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    seen = await world.mine(who, made["id"])
    assert seen["answers"] == SCHOOL_NEED["answers"]
    assert seen["asked"] == made["consent_request"]
    assert [line["verb"] for line in seen["history"]] == ["ask"]
    assert seen["may"] == ["cancel"]
    async with world.person(who) as client:
        assert [row["id"] for row in (await client.get("/v1/me/referrals")).json()["referrals"]] == [made["id"]]
    async with world.person(Person()) as client:
        assert (await client.get(f"/v1/me/referrals/{made['id']}")).status_code == 404
        assert (await client.get("/v1/me/referrals")).json() == {"referrals": [], "next": None}
        assert (await client.get("/v1/me/referrals/not-an-id")).status_code == 404


async def test_the_persons_list_comes_in_pages(world: World) -> None:
    who = Person()
    together = (await world.take_in(who, SCHOOL_NEED, MEDICAL_NEED)).json()["referrals"]
    later = (await world.take_in(who, HOUSING_NEED)).json()["referrals"]
    async with world.person(who) as client:
        first = (await client.get("/v1/me/referrals?limit=2")).json()
        rest = (await client.get(f"/v1/me/referrals?limit=2&cursor={first['next']}")).json()
        assert (await client.get("/v1/me/referrals?cursor=%21")).status_code == 400
    assert {row["id"] for row in first["referrals"]} == {row["id"] for row in together}
    assert [row["id"] for row in rest["referrals"]] == [row["id"] for row in later]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("need", "status", "code"),
    [
        ({"service": "EDU-99"}, 422, "service-unknown"),
        ({"service": "edu-01"}, 422, "body-invalid"),
        ({"service": "RES-02", "answers": {"姓名": "甲"}}, 422, "service-is-information"),
        ({"service": "EMP-01", "answers": {"姓名": "甲"}}, 409, "no-recipient"),
        ({"service": "EDU-01", "answers": {"工资": "甲"}}, 422, "field-not-on-list"),
        ({"service": "EDU-01", "answers": {"姓名": "甲" * 2001}}, 422, "answer-invalid"),
        ({"service": "EDU-01", "answers": {"姓名": "甲\u0000"}}, 422, "answer-invalid"),
        ({"service": "EDU-01", "answers": {"姓名": 7}}, 422, "body-invalid"),
        ({"service": "EDU-01", "answers": ["姓名"]}, 422, "body-invalid"),
        ({"service": "EDU-01", "dependant": "the child"}, 422, "body-invalid"),
        ({"service": "EDU-01", "note": "whatever"}, 422, "body-invalid"),
        ({}, 422, "body-invalid"),
    ],
)
async def test_one_bad_need_refuses_the_whole_intake_and_leaves_nothing(
    world: World, need: dict[str, Any], status: int, code: str
) -> None:
    before = await counts(world)
    answer = await world.take_in(Person(), HOUSING_NEED, need)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "甲" not in answer.text
    assert await counts(world) == before


async def test_a_field_off_the_list_is_named_with_its_pointer(world: World) -> None:
    need = {"service": "EDU-01", "answers": {"工资": "九千"}}
    answer = (await world.take_in(Person(), HOUSING_NEED, need)).json()
    assert answer["errors"] == [{"pointer": "/needs/1/answers/工资", "field": "工资"}]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "body-unreadable"),
        (b"", 422, "body-invalid"),
        (b"[]", 422, "body-invalid"),
        (b'{"needs": []}', 422, "body-invalid"),
        (b'{"needs": [{"service": "EDU-01"}], "told": "yes"}', 422, "body-invalid"),
        (b'{"needs": [{"service": "EDU-01", "answers": {"\\u59d3\\u540d": "\\ud800"}}]}', 422, "answer-invalid"),
        (b" " * 1_048_577, 413, "body-too-large"),
    ],
)
async def test_a_body_that_cannot_be_used_is_refused_with_advice(
    world: World, content: bytes, status: int, code: str
) -> None:
    async with world.person(Person()) as client:
        answer = await client.post("/v1/me/intakes", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


async def test_the_same_key_again_gives_the_same_answer_and_one_set_of_rows(world: World) -> None:
    who, key = Person(), str(uuid.uuid4())
    first = await world.take_in(who, SCHOOL_NEED, HOUSING_NEED, **{"idempotency-key": key})
    before = await counts(world)
    again = await world.take_in(who, SCHOOL_NEED, HOUSING_NEED, **{"idempotency-key": key})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert await counts(world) == before
    other = await world.take_in(who, SCHOOL_NEED, **{"idempotency-key": key})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_two_at_once_with_one_key_make_one_intake(world: World) -> None:
    who, key = Person(), str(uuid.uuid4())
    answers = await asyncio.gather(*(world.take_in(who, SCHOOL_NEED, **{"idempotency-key": key}) for _ in range(2)))
    assert answers[0].content == answers[1].content
    assert len(await world.select("SELECT 1 FROM referral WHERE person = :person", person=who.subject)) == 1


async def test_what_the_agreement_does_not_cover_is_not_kept(world: World) -> None:
    who = Person()
    need = {"service": "EDU-01", "answers": {"姓名": "甲", "户籍地": "乙"}}
    made = (await world.take_in(who, need)).json()["referrals"][0]
    assert (await world.mine(who, made["id"]))["answers"] == {"姓名": "甲"}


async def test_no_answer_lies_in_clear_in_any_table(world: World) -> None:
    who = Person()
    need = {"service": "EDU-01", "answers": {"姓名": CANARY, "居住地址": CANARY * 300}}
    made = (await world.take_in(who, need)).json()["referrals"][0]
    assert (await world.mine(who, made["id"]))["answers"]["姓名"] == CANARY
    tables = await world.select("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert len(tables) > 15
    for (table,) in tables:
        for (row,) in await world.select(f'SELECT t::text FROM "{table}" t'):  # noqa: S608 - a name out of the catalogue
            assert CANARY not in row
            assert CANARY.encode().hex() not in row
    assert CANARY not in repr(world.app.bus.messages)
    sealed = await world.select("SELECT DISTINCT length(sealed) - 29 FROM referral_answers")
    assert {size for (size,) in sealed} <= {4096, 16384}


async def test_whose_key_is_destroyed_has_no_answers_any_more(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    await world.app.runtime.vault.destroy(who.subject)
    assert (await world.mine(who, made["id"]))["answers"] == {}


async def test_a_suspended_agreement_takes_no_needs_until_it_is_in_force_again(world: World) -> None:
    told = agreement("agr-housing").model_dump()
    await world.app.receive("gateway", "agr-housing", 2, suspended(told))
    await world.rows("SELECT 1 FROM agreement WHERE NOT active")
    assert (await world.take_in(Person(), HOUSING_NEED)).json()["service"] == "HOU-03"
    await world.app.receive("gateway", "agr-housing", 3, agreement("agr-housing", version=2))
    await world.rows("SELECT 1 FROM agreement WHERE version = 2 AND active")
    made = (await world.take_in(Person(), HOUSING_NEED)).json()["referrals"][0]
    assert made["consent_request"]["agreement_version"] == 2
    await world.app.receive("gateway", "agr-housing", 4, suspended(told))
    await world.rows("SELECT 1 FROM position WHERE aggregate = 'agr-housing' AND seq = 4")
    assert (await world.take_in(Person(), HOUSING_NEED)).status_code == 201
