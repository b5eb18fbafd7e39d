"""The key of indexes changes while the registry runs: who is looked up is found before, during and after."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.registry import reindexing
from shared import seals
from shared.settings import Settings, SettingsError
from tests.service.registry import test_consents, test_records
from tests.service.registry.conftest import CHILD, sent_all, subject_of
from tests.service.registry.rotating import fresh, metric, told
from tests.service.registry.twins import Person, pair
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

OLD, NEW = fresh(), fresh()
BOTH = f"{NEW},{OLD}"
TABLES = ("person", "name_writing", "dependant", "consent", "held_record")
REFUSED = {"recipient": "org-610118-medical", "decision": "refused"}


def name_of(key: str) -> str:
    return seals.name_of(bytes.fromhex(key))


class World:
    """Two records of one person, one of them with a child, a filed record, a writing and a refusal."""

    before: Person
    after: Person
    child: dict[str, Any]

    async def made(self, registry: RunningApp) -> None:
        self.before, self.after = await pair(registry)
        self.child = CHILD | {"name": "孩子" + "".join(chr(0x4E00 + byte) for byte in uuid.uuid4().bytes)}
        assert (await self.before.post("/v1/me/dependants", self.child)).status_code == 201
        writing = {"written": self.before.record["name"].replace("·", "•"), "document": "passport"}
        assert (await self.before.post("/v1/me/name-writings", writing)).status_code == 201
        await test_consents.decided(registry, self.before.caller, **REFUSED)
        office = grants.partner(registry.settings, "org-1", operation="file_record", subject=self.subject)
        body = {"record_type": "vaccination", "document": test_records.DOCUMENT}
        async with registry.as_(office) as client:
            for about in ({}, {"dependant_name": self.child["name"]}):
                filed = await client.post(f"/v1/referrals/{uuid.uuid4()}/held-records", json=body | about)
                assert filed.status_code == 201

    @property
    def subject(self) -> str:
        return subject_of(self.before.caller)

    async def is_found(self, registry: RunningApp) -> bool:
        """By a comparison, by a peer for herself and for her child, and by what she was asked before."""
        for person in (self.before, self.after):
            person.registry, person.caller.settings = registry, registry.settings
        before = len(self.before.messages())
        await self.after.compare()
        for who in (self.child, self.before.record):
            body = test_records.asked(who)
            assert (await test_records.take_in(registry, body)).status_code == 202
            await test_records.looked_at(registry, body["request"])
        await sent_all(registry)
        refused = await test_consents.refusal(registry, self.before.caller, **REFUSED)
        return len(self.before.messages()) == before + 3 and refused == (409, "consent-refused-recently")


@pytest.fixture
async def settings(postgres: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(reindexing, "EVERY", 0.1)
    monkeypatch.setattr(reindexing, "PAUSE", 0.0)
    return apps.settings("registry", await apps.migrated("registry", postgres), tmp_path, index_key=OLD)


@pytest.fixture
async def world(settings: Settings) -> World:
    made = World()
    async with apps.started(settings) as registry:
        await made.made(registry)
    return made


@contextlib.asynccontextmanager
async def being_written(settings: Settings, subject: str) -> AsyncIterator[None]:
    """Somebody else has this person in hand until the block ends."""
    engine = create_async_engine(settings.database_url)
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:one, 0))"), {"one": subject})
        yield
    await engine.dispose()


async def as_owner(settings: Settings, statement: str, **values: object) -> list[Any]:
    engine = create_async_engine(settings.owner_database_url)
    async with engine.begin() as connection:
        await connection.execute(text("SELECT set_config('app.platform', 'on', true)"))
        done = await connection.execute(text(statement), values)
        rows = list(done.all()) if done.returns_rows else []
    await engine.dispose()
    return rows


async def made_by(settings: Settings) -> set[str]:
    """The names of the keys by whose indexes somebody is found."""
    rows = [await as_owner(settings, f"SELECT DISTINCT indexed_by FROM {table}") for table in TABLES]  # noqa: S608 - the test's own names
    assert all(rows), "every table has a row"
    return {row.indexed_by for table in rows for row in table}


async def left_none(registry: RunningApp) -> None:
    async def done() -> bool:
        return await made_by(registry.settings) == {name_of(NEW)} and not await metric(registry, "index")

    await until(done)


async def test_who_is_looked_up_is_found_before_and_after_the_old_key_is_gone(settings: Settings, world: World) -> None:
    async with apps.started(told(settings, index_key=f"{OLD},{NEW}")) as registry:
        assert await made_by(settings) == {name_of(OLD)}
    async with apps.started(told(settings, index_key=BOTH)) as registry:
        await left_none(registry)
    async with apps.started(told(settings, index_key=NEW)) as registry:
        assert await world.is_found(registry)


async def test_a_pass_that_was_killed_half_way_goes_on_and_nobody_is_missed(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with being_written(settings, world.subject), apps.started(told(settings, index_key=BOTH)) as registry:

        async def halfway() -> bool:
            return await made_by(settings) == {name_of(OLD), name_of(NEW)}

        await until(halfway)
        assert await metric(registry, "index") > 0
    with monkeypatch.context() as still:
        still.setattr(reindexing, "BATCH", 0)
        async with apps.started(told(settings, index_key=BOTH)) as registry:
            assert await world.is_found(registry)
            assert await made_by(settings) == {name_of(OLD), name_of(NEW)}
    async with apps.started(told(settings, index_key=BOTH)) as registry:
        await left_none(registry)
        assert await world.is_found(registry)


async def test_whoever_writes_her_record_during_the_pass_is_found_by_what_she_wrote(
    settings: Settings, world: World
) -> None:
    async with apps.started(told(settings, index_key=BOTH)) as registry:
        world.before.registry, world.before.caller.settings = registry, registry.settings
        read = await world.before.get("/v1/me/record")
        async with registry.as_(world.before.caller) as client:
            written = world.before.record | {"name": "改名·买买提"}
            put = await client.put("/v1/me/record", json=written, headers={"if-match": read.headers["etag"]})
        assert put.status_code == 200
        await left_none(registry)
        body = test_records.asked(world.child)
        before = len(world.before.messages())
        await test_records.take_in(registry, body)
        await test_records.looked_at(registry, body["request"])
        await sent_all(registry)
        assert len(world.before.messages()) == before + 1


async def test_rows_of_the_release_before_are_indexed_anew(settings: Settings, world: World) -> None:
    for table in TABLES:
        await as_owner(settings, f"UPDATE {table} SET indexed_by = DEFAULT")  # noqa: S608 - the test's own names
    async with apps.started(settings) as registry:

        async def named() -> bool:
            return await made_by(settings) == {name_of(OLD)}

        await until(named)
        assert await world.is_found(registry)


async def test_what_was_filed_under_an_earlier_name_is_found_under_the_name_of_today(
    settings: Settings, world: World
) -> None:
    """Nothing knows the earlier name any more, so that no index of it can be made."""
    async with apps.started(settings) as registry:
        world.before.registry, world.before.caller.settings = registry, registry.settings
        read = await world.before.get("/v1/me/record")
        later = world.before.record | {"name": "新名·" + "".join(chr(0x4E00 + byte) for byte in uuid.uuid4().bytes)}
        writings = (await world.before.get("/v1/me/name-writings")).json()["writings"]
        for each in writings:
            await world.before.post(f"/v1/me/name-writings/{each['id']}:withdraw")
        async with registry.as_(world.before.caller) as client:
            put = await client.put("/v1/me/record", json=later, headers={"if-match": read.headers["etag"]})
        assert put.status_code == 200
    [kept] = await as_owner(settings, "SELECT name_index FROM person WHERE subject = :one", one=world.subject)
    async with apps.started(told(settings, index_key=BOTH)):
        held = "SELECT name_index FROM held_record WHERE subject = :one AND dependant IS NULL AND indexed_by = :by"

        async def moved() -> list[Any]:
            return await as_owner(settings, held, one=world.subject, by=name_of(NEW))

        [record] = await until(moved)
    [now] = await as_owner(settings, "SELECT name_index FROM person WHERE subject = :one", one=world.subject)
    assert record.name_index == now.name_index != kept.name_index


async def test_of_who_was_erased_nothing_is_left_to_look_up(settings: Settings, world: World) -> None:
    [before] = await as_owner(settings, "SELECT asked_index FROM consent WHERE subject = :one", one=world.subject)
    async with apps.started(settings) as registry:
        await registry.runtime.vault.destroy(world.subject)
    for table in ("person", "name_writing", "dependant", "held_record"):
        await as_owner(settings, f"DELETE FROM {table} WHERE subject = :one", one=world.subject)  # noqa: S608 - the test's own names
    async with apps.started(told(settings, index_key=BOTH)) as registry:

        async def done() -> bool:
            rows = await as_owner(settings, "SELECT DISTINCT indexed_by FROM consent")
            return [row.indexed_by for row in rows] == [name_of(NEW)]

        await until(done)
    rows = await as_owner(settings, "SELECT asked_index, octet_length(asked_index) AS size FROM consent")
    assert [row.size for row in rows] == [32] and rows[0].asked_index != before.asked_index


@pytest.mark.parametrize("app", ["identity", "gateway"])
def test_where_an_index_names_what_cannot_be_named_anew_two_keys_are_refused(
    app: str, postgres: TestServer, tmp_path: Path
) -> None:
    urls = {"DATABASE_URL": "postgresql+asyncpg://nobody"}
    with pytest.raises(SettingsError, match="JIELI_INDEX_KEY"):
        module = __import__("gateway.main" if app == "gateway" else f"services.{app}.main", fromlist=["SERVICE"])
        for check in module.SERVICE.checks:
            check(apps.settings(app, urls, tmp_path, index_key=BOTH))
