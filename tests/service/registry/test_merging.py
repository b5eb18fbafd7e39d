"""Duplicates: the answer tells nothing, the other record's contact decides, a merge is undone without loss."""

import json
import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.registry.queries import reach
from services.registry.rules import duplicates
from services.registry.rules.numbers import check_character
from services.registry.tables import now
from tests.service.registry import test_records
from tests.service.registry.conftest import CHILD, RECORD, sent_all, subject_of
from tests.service.registry.test_protection import dump
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

CODE = re.compile(r"\b[0-9]{8}\b")


def named(**values: Any) -> dict[str, Any]:
    """A record of somebody whom nobody else resembles."""
    fresh = "".join(chr(0x4E00 + byte) for byte in uuid.uuid4().bytes)
    without_number = RECORD | {"document_type": None, "document_number": None}
    return without_number | {"name": f"阿{fresh[:4]}·买{fresh[4:8]}", "phone": phone()} | values


def phone() -> str:
    return f"139{uuid.uuid4().int % 10**8:08d}"


@dataclass
class Person:
    """Somebody with a sign-in and a record."""

    registry: RunningApp
    caller: grants.Caller
    record: dict[str, Any]

    @classmethod
    async def of(cls, registry: RunningApp, record: dict[str, Any]) -> "Person":
        caller = grants.resident(registry.settings, seal=f"seal-{uuid.uuid4()}")
        person = cls(registry, caller, record)
        assert (await person.put("/v1/me/record", record)).status_code == 200
        return person

    async def put(self, path: str, body: Any) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.put(path, json=body)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.post(path, json=body) if body is not None else await client.post(path)

    async def get(self, path: str) -> httpx.Response:
        async with self.registry.as_(self.caller) as client:
            return await client.get(path)

    def messages(self) -> list[str]:
        """What reached her contact."""
        path = self.registry.settings.messages_file
        assert path is not None
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line["text"] for line in lines if line["to"].endswith(self.record["phone"][-8:])]

    async def code(self) -> str:
        """The newest code in a message to her contact."""

        async def arrived() -> list[str]:
            return [text for text in self.messages() if CODE.search(text)]

        found = CODE.search((await until(arrived))[-1])
        assert found
        return found.group()

    async def compare(self, **body: str) -> str:
        """A comparison that was looked at; its answer says nothing else."""
        answer = await self.post("/v1/me/record:compare", body)
        assert answer.status_code == 202 and answer.json()["state"] == "asked"
        comparison = str(answer.json()["id"])

        async def looked_at() -> bool:
            async with self.registry.runtime.engine.connect() as connection:
                await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
                row = await connection.execute(text("SELECT state FROM comparison WHERE id = :id"), {"id": comparison})
                return bool(row.scalar_one() != "asked")

        await until(looked_at)
        await sent_all(self.registry)
        return comparison

    async def prove(self, comparison: str, code: str) -> httpx.Response:
        return await self.post(f"/v1/me/comparisons/{comparison}:prove", {"code": code})

    async def join(self, other: "Person") -> str:
        """Look, prove, merge."""
        comparison = await self.compare()
        assert (await self.prove(comparison, await other.code())).status_code == 200
        merged = await self.post("/v1/me/record:merge", {"comparison": comparison})
        assert (merged.status_code, merged.json()["state"]) == (201, "merged"), merged.text
        return str(merged.json()["id"])

    async def everything(self) -> dict[str, Any]:
        """All that she can read of herself."""
        paths = ("record", "dependants", "name-writings", "record-requests")
        read = {path: (await self.get(f"/v1/me/{path}")) for path in paths}
        return {path: (answer.json(), answer.headers.get("etag")) for path, answer in read.items()}


@pytest.fixture
async def twins(registry: RunningApp) -> tuple[Person, Person]:
    """Two records of one person: the one before, and the one of the phone that she has now."""
    before = await Person.of(registry, named())
    after = await Person.of(
        registry, before.record | {"name": before.record["name"].replace("·", "."), "phone": phone()}
    )
    return before, after


async def test_she_proves_the_other_record_and_reads_how_they_compare(twins: tuple[Person, Person]) -> None:
    before, after = twins
    comparison = await after.compare()
    proved = await after.prove(comparison, await before.code())
    assert proved.status_code == 200
    reasons = [each["code"] for each in proved.json()["reasons"]]
    assert reasons == ["same_birth_date", "same_name"]
    assert all(each["words"] for each in proved.json()["reasons"])
    for value in (before.record["phone"], before.record["birth_date"], before.record["name"]):
        assert value not in proved.text


async def test_hits_and_misses_look_the_same_to_whoever_asks(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    _, hit = twins
    miss = await Person.of(registry, named())
    seen = []
    for person in (hit, miss):
        comparison = await person.compare()
        answers = [await person.prove(comparison, f"{guess:08d}") for guess in range(6)]
        merged = await person.post("/v1/me/record:merge", {"comparison": comparison})
        seen.append([(each.status_code, each.json()["code"], each.json()["title"]) for each in (*answers, merged)])
    assert seen[0] == seen[1]
    assert seen[0] == [(403, "confirmation-refused", seen[0][0][2])] * 6 + [(409, "record-not-proved", seen[0][-1][2])]


async def test_in_the_table_a_hit_looks_like_a_miss(registry: RunningApp, twins: tuple[Person, Person]) -> None:
    _, hit = twins
    miss = await Person.of(registry, named())
    ids = [await person.compare() for person in (hit, miss)]
    async with registry.runtime.engine.connect() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        rows = await connection.execute(
            text("SELECT state, tries, octet_length(sealed) FROM comparison WHERE id = ANY(:ids)"), {"ids": ids}
        )
        assert [tuple(row) for row in rows] == [("looked", 0, 4096 + 29)] * 2


async def test_after_five_tries_the_right_code_opens_nothing(twins: tuple[Person, Person]) -> None:
    before, after = twins
    comparison = await after.compare()
    right = await before.code()
    for guess in range(5):
        wrong = f"{(int(right) + 1 + guess) % 10**8:08d}"
        assert (await after.prove(comparison, wrong)).status_code == 403
    assert (await after.prove(comparison, right)).status_code == 403


async def test_somebody_elses_comparison_is_nothing_to_prove(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, after = twins
    comparison = await after.compare()
    stranger = await Person.of(registry, named())
    assert (await stranger.prove(comparison, await before.code())).status_code == 403
    assert (await stranger.post("/v1/me/record:merge", {"comparison": comparison})).status_code == 409


async def test_three_a_day_and_misses_count(registry: RunningApp) -> None:
    person = await Person.of(registry, named())
    for _ in range(3):
        await person.compare()
    refused = await person.post("/v1/me/record:compare", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "comparisons-too-many")


async def test_a_contact_is_written_to_five_times_a_day_whoever_asks(registry: RunningApp) -> None:
    before = await Person.of(registry, named())
    for _ in range(7):
        again = await Person.of(registry, before.record | {"phone": phone(), "birth_date": "1949-12-31"})
        # Each of the others would be one candidate more.
        await again.compare()
        await again.put("/v1/me/record", named())
        await registry.runtime.vault.destroy(subject_of(again.caller))
    assert len(before.messages()) == 5


async def test_whoever_cannot_read_the_other_contact_keeps_two_records(twins: tuple[Person, Person]) -> None:
    before, after = twins
    comparison = await after.compare()
    refused = await after.post("/v1/me/record:merge", {"comparison": comparison})
    assert (refused.status_code, refused.json()["code"]) == (409, "record-not-proved")
    assert (await before.get("/v1/me/record")).status_code == (await after.get("/v1/me/record")).status_code == 200


async def test_two_lifelong_numbers_that_differ_are_two_people_and_nobody_is_asked(registry: RunningApp) -> None:
    numbers = {"document_type": "resident_id", "document_number": "11010519491231002X"}
    other = numbers | {"document_number": "61012519491231001" + check_character("61012519491231001")}
    before = await Person.of(registry, named(**numbers))
    after = await Person.of(registry, before.record | other | {"phone": phone()})
    await after.compare()
    assert before.messages() == []


FOUND_BY = [
    pytest.param({"name": "买{b}·阿{a}"}, {}, id="parts in another order"),
    pytest.param({"name": "阿{a}买{b}"}, {}, id="no separator"),
    pytest.param({"birth_date": "1949-11-03"}, {}, id="day and month swapped"),
    pytest.param(
        {"birth_date": "1950-01-01"}, {"earlier_phone": "{phone}"}, id="another birth date, the old number said"
    ),
]


@pytest.mark.parametrize(("change", "body"), FOUND_BY)
async def test_what_is_found(registry: RunningApp, change: dict[str, str], body: dict[str, str]) -> None:
    before = await Person.of(registry, named(birth_date="1949-03-11"))
    a, b = (part[1:] for part in before.record["name"].split("·"))
    changed = {key: value.format(a=a, b=b) for key, value in change.items()}
    after = await Person.of(registry, before.record | {"phone": phone()} | changed)
    comparison = await after.compare(**{key: value.format(phone=before.record["phone"]) for key, value in body.items()})
    assert (await after.prove(comparison, await before.code())).status_code == 200


async def test_a_writing_finds_the_record_under_the_name_that_a_document_shows(registry: RunningApp) -> None:
    before = await Person.of(registry, named())
    after = await Person.of(registry, before.record | {"name": named()["name"], "phone": phone()})
    await after.post("/v1/me/name-writings", {"written": before.record["name"], "document": "passport"})
    comparison = await after.compare()
    proved = await after.prove(comparison, await before.code())
    assert "same_name" in [each["code"] for each in proved.json()["reasons"]]


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
