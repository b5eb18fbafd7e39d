"""Duplicates are looked for at a counter: the answer tells nothing, and the other record's contact decides."""

import uuid

import pytest
from sqlalchemy import event, text

from services.registry.commands import comparing
from services.registry.queries import reach
from services.registry.rules.numbers import check_character
from shared.door import evidence
from tests.service.registry.conftest import subject_of
from tests.service.registry.twins import Person, named, pair, phone
from tests.support.apps import RunningApp


@pytest.fixture
async def twins(registry: RunningApp) -> tuple[Person, Person]:
    """Two records of one person."""
    return await pair(registry)


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


async def asked_of_the_database(person: Person, comparison: str) -> list[str]:
    """The statements of one try with a wrong code."""
    runtime, statements = person.registry.runtime, list[str]()
    async with person.registry.as_(person.caller) as client:
        grant = person.caller.grant(client.build_request("POST", "/"))
    async with runtime.sessions() as session, session.begin():
        await reach.visible_to(session, grant)
        connection = await session.connection()
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *call: statements.append(str(call[2])))
        with evidence("decision", grant.decision):
            assert await comparing.prove(session, runtime, grant, uuid.UUID(comparison), "00000000") is None
    return statements


async def test_a_hit_takes_no_other_way_than_a_miss_and_so_no_other_time(
    registry: RunningApp, twins: tuple[Person, Person]
) -> None:
    before, hit = twins
    miss = await Person.of(registry, named())
    ways = [await asked_of_the_database(person, await person.compare()) for person in (hit, miss)]
    assert before.messages() and ways[0] == ways[1] and len(ways[0]) == 2


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
