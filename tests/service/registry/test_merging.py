"""A merge brings all that the other record had, and undoing it loses nothing."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.registry.queries import reach
from services.registry.rules import duplicates
from services.registry.tables import now
from tests.service.registry import test_records
from tests.service.registry.conftest import CHILD, sent_all, subject_of
from tests.service.registry.test_protection import dump
from tests.service.registry.twins import Person, named, pair, phone
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until


@pytest.fixture
async def twins(registry: RunningApp) -> tuple[Person, Person]:
    """Two records of one person."""
    return await pair(registry)


async def filled(registry: RunningApp, person: Person) -> dict[str, Any]:
    """A child, a writing, an answered request and a held record, as somebody has who was here for long."""
    child = (await person.post("/v1/me/dependants", CHILD | {"name": f"孩{person.record['name'][1:5]}"})).json()["id"]
    await person.post("/v1/me/name-writings", {"written": "旧写法", "document": "ticket"})
    wanted = {"record_type": "vaccination", "region": "621124", "dependant": child, "told": True}
    request = (await person.post("/v1/me/record-requests", wanted)).json()["id"]
    async with registry.as_(grants.platform(registry.settings)) as gateway:
        await gateway.post("/platform/record-answers", json={"request": request, "record": test_records.DOCUMENT})
    await file_for(registry, person)
    return {"child": child, "request": request}


async def file_for(registry: RunningApp, person: Person, **body: str) -> httpx.Response:
    subject = subject_of(person.caller)
    office = grants.partner(registry.settings, "org-621124-health", operation="file_record", subject=subject)
    async with registry.as_(office) as client:
        filed = {"record_type": "vaccination", "document": test_records.DOCUMENT} | body
        answer = await client.post(f"/v1/referrals/{uuid.uuid4()}/held-records", json=filed)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_merge_brings_all_and_undoing_it_loses_nothing(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, after = twins
    made = await filled(registry, before)
    two = [await person.everything() for person in twins]
    merge = await after.join(before)

    [shown] = (await after.get("/v1/me/record-merges")).json()["merges"]
    assert (shown["id"], shown["record"]["phone"]) == (merge, "+86" + before.record["phone"])
    assert [each["id"] for each in (await after.get("/v1/me/dependants")).json()["dependants"]] == [made["child"]]
    assert (await after.get(f"/v1/me/record-requests/{made['request']}/record")).status_code == 200
    [writing] = (await after.get("/v1/me/name-writings")).json()["writings"]
    assert writing["written"] == "旧写法"
    gone = await before.get("/v1/me/record")
    assert (gone.status_code, gone.json()["code"], gone.json()["merge"]) == (409, "record-merged", merge)
    assert (await before.put("/v1/me/record", before.record)).json()["code"] == "record-merged"
    assert (await after.get("/v1/me/record")).json()["name"] == (two[1]["record"][0])["name"]

    assert (await after.post(f"/v1/me/record-merges/{merge}:undo")).json() == {"id": merge, "state": "undone"}
    assert [await person.everything() for person in twins] == two
    assert (await after.get("/v1/me/record-merges")).json() == {"merges": []}
    assert (await before.get(f"/v1/me/record-requests/{made['request']}/record")).status_code == 200


async def test_after_a_merge_another_region_finds_one_person_where_it_found_two(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, after = twins
    for person in twins:
        await file_for(registry, person)
    claims = {"name": after.record["name"], "birth_date": after.record["birth_date"]}
    asked = test_records.asked(claims)
    await test_records.take_in(registry, asked)
    await test_records.looked_at(registry, asked["request"])
    await sent_all(registry)
    assert before.messages() == after.messages() == []
    await after.join(before)
    asked = test_records.asked(claims)
    await test_records.take_in(registry, asked)
    assert (await test_records.confirm(registry, asked["request"], await after.code())).status_code == 200


async def test_an_office_reaches_her_by_a_referral_of_either_sign_in(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, after = twins
    await after.join(before)
    await file_for(registry, before)
    async with registry.runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        held = await session.execute(
            text("SELECT count(*) FROM held_record WHERE subject = :subject"), {"subject": subject_of(after.caller)}
        )
        assert held.scalar_one() == 1


async def test_an_office_reaches_her_through_one_merge_after_another(registry: RunningApp) -> None:
    first = await Person.of(registry, named())
    second = await Person.of(registry, first.record | {"phone": phone()})
    settled = await second.join(first)
    async with registry.runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        await session.execute(text("UPDATE merge SET state = 'settled' WHERE id = :id"), {"id": settled})
    third = await Person.of(registry, first.record | {"phone": phone()})
    await third.join(second)
    await file_for(registry, first)
    async with registry.runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        held = await session.execute(
            text("SELECT count(*) FROM held_record WHERE subject = :subject"), {"subject": subject_of(third.caller)}
        )
        assert held.scalar_one() == 1


async def test_either_sign_in_undoes_and_a_stranger_does_not(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, after = twins
    merge = await after.join(before)
    stranger = await Person.of(registry, named())
    assert (await stranger.post(f"/v1/me/record-merges/{merge}:undo")).status_code == 404
    assert (await stranger.get("/v1/me/record-merges")).json() == {"merges": []}
    [seen] = (await before.get("/v1/me/record-merges")).json()["merges"]
    assert (seen["id"], seen["record"]) == (merge, None)
    assert (await before.post(f"/v1/me/record-merges/{merge}:undo")).status_code == 200
    assert (await before.get("/v1/me/record")).status_code == 200
    assert (await before.post(f"/v1/me/record-merges/{merge}:undo")).status_code == 404


async def test_the_other_contact_is_told_that_the_records_were_joined(twins: tuple[Person, Person]) -> None:
    before, after = twins
    await after.join(before)
    await sent_all(after.registry)
    assert "已与您的另一份记录合并" in before.messages()[-1]
    for text_sent in before.messages():
        assert before.record["name"] not in text_sent


async def test_a_record_that_took_another_is_not_merged_away_before_that_is_settled(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, after = twins
    await after.join(before)
    third = await Person.of(registry, before.record | {"phone": phone()})
    sent = len(after.messages())
    await third.compare()
    assert len(after.messages()) == sent


async def test_after_thirty_days_nothing_of_the_other_record_is_left_and_it_can_begin_anew(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, after = twins
    made = await filled(registry, before)
    merge = await after.join(before)
    async with registry.runtime.sessions() as session, session.begin():
        await reach.visible_to_platform(session)
        late = {"late": now() - timedelta(seconds=1), "id": merge}
        await session.execute(text("UPDATE merge SET undo_until = :late WHERE id = :id"), late)

    async def settled() -> bool:
        return bool((await after.get("/v1/me/record-merges")).json() == {"merges": []})

    await until(settled)
    refused = await after.post(f"/v1/me/record-merges/{merge}:undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "state-conflict")
    assert [each["id"] for each in (await after.get("/v1/me/dependants")).json()["dependants"]] == [made["child"]]
    async with registry.runtime.engine.connect() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        row = await connection.execute(text("SELECT sealed FROM merge WHERE id = :id"), {"id": merge})
        assert row.scalar_one() is None
    assert (await before.get("/v1/me/record")).status_code == 404
    assert (await before.put("/v1/me/record", before.record)).status_code == 200


async def test_erasing_who_goes_on_ends_what_was_joined_too(twins: tuple[Person, Person]) -> None:
    before, after = twins
    merge = await after.join(before)
    await after.registry.runtime.vault.destroy(subject_of(after.caller))
    for answer in (await after.get("/v1/me/record-merges"), await after.post(f"/v1/me/record-merges/{merge}:undo")):
        assert (answer.status_code, answer.json()["code"]) == (410, "sealed-gone")


async def test_nothing_of_it_lies_in_clear(registry: RunningApp, twins: tuple[Person, Person]) -> None:
    before, after = twins
    await after.compare(earlier_phone=before.record["phone"])
    code = await before.code()
    await after.join(before)
    dumped = await dump(registry)
    for secret in (before.record["name"], before.record["phone"][3:], code, *duplicates.Reason):
        assert secret not in dumped and secret.encode().hex() not in dumped
