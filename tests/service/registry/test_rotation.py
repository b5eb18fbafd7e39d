"""The key that wraps persons' keys changes while the app runs; nothing is lost, and an operator sees the end of it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import rotation, seals
from shared.settings import Settings, SettingsError
from shared.vault import Vault
from tests.service.registry.conftest import subject_of
from tests.service.registry.rotating import fresh, metric, read, told, wrapped_by, write
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

NAME = "阿布都热合曼·买买提"
OLD, NEW = fresh(), fresh()


def name_of(key: str) -> str:
    return seals.name_of(bytes.fromhex(key))


@pytest.fixture
async def settings(postgres: TestServer, tmp_path: Path) -> Settings:
    return apps.settings("registry", await apps.migrated("registry", postgres), tmp_path, kek=OLD)


@pytest.fixture
async def people(settings: Settings) -> list[grants.Caller]:
    """Five people whose keys the old key wraps."""
    async with apps.started(settings) as registry:
        return await write(registry, 5)


def changing_vault(app: RunningApp) -> Vault:
    """What a process with both keys has, without its background jobs."""
    ring = [bytes.fromhex(key) for key in (NEW, OLD)]
    return Vault(app.runtime.vault._connected(), "registry", app.settings.region, ring, app.runtime.vault._door)


async def left_none(app: RunningApp) -> None:
    async def done() -> bool:
        return (await wrapped_by(app)).keys() == {name_of(NEW)} and not await metric(app, "person_key")

    await until(done)


async def test_keys_are_wrapped_anew_while_records_are_read_and_written(
    settings: Settings, people: list[grants.Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 1)
    async with apps.started(told(settings, kek=f"{NEW},{OLD}")) as registry:
        written, *seen = await asyncio.gather(write(registry, 5), *(read(registry, each) for each in people))
        assert seen == [(200, NAME)] * 5
        await left_none(registry)
    async with apps.started(told(settings, kek=NEW)) as registry:
        for caller in (*people, *written):
            assert await read(registry, caller) == (200, NAME)


async def test_a_key_is_known_to_every_process_before_one_uses_it(
    settings: Settings, people: list[grants.Caller]
) -> None:
    """The rolling restart: some processes do not use the new key yet, and read what the others write with it."""
    async with (
        apps.started(told(settings, kek=f"{OLD},{NEW}")) as before,
        apps.started(told(settings, kek=f"{NEW},{OLD}")) as after,
    ):
        [by_new], [by_old] = await write(after, 1), await write(before, 1)
        assert await read(before, by_new) == await read(after, by_old) == (200, NAME)
        assert await read(before, people[0]) == await read(after, people[0]) == (200, NAME)


async def test_what_was_begun_goes_on_after_a_kill(settings: Settings, people: list[grants.Caller]) -> None:
    changing = told(settings, kek=f"{NEW},{OLD}")
    async with apps.started(settings) as registry:
        halfway = changing_vault(registry)
        assert await halfway.rewrap(name_of(OLD), 2) == 2
        assert await wrapped_by(registry) == {name_of(OLD): 3, name_of(NEW): 2}
    with pytest.raises(SettingsError, match=f"JIELI_KEK lacks the key {name_of(OLD)}"):
        async with apps.started(told(settings, kek=NEW)):
            raise AssertionError("it started although the old key is still needed")
    async with apps.started(changing) as registry:
        await left_none(registry)
        assert [await read(registry, each) for each in people] == [(200, NAME)] * 5


async def test_processes_share_the_work_and_none_waits_for_a_row_of_another(
    settings: Settings, people: list[grants.Caller]
) -> None:
    async with apps.started(settings) as registry:
        made = changing_vault(registry)
        async with made._connected().begin() as held:
            held_row = "SELECT 1 FROM registry.person_key WHERE person = :person FOR UPDATE"
            await held.execute(text(held_row), {"person": subject_of(people[0])})
            done = await asyncio.gather(*(made.rewrap(name_of(OLD), 3) for _ in range(3)))
            assert sum(done) == 4
        assert await made.older() == {name_of(OLD): 1}


async def test_who_was_erased_stays_erased(settings: Settings, people: list[grants.Caller]) -> None:
    async with apps.started(settings) as registry:
        await registry.runtime.vault.destroy(subject_of(people[0]))
    async with apps.started(told(settings, kek=f"{NEW},{OLD}")) as registry:
        await left_none(registry)
        assert await read(registry, people[0]) == (410, "sealed-gone")
        assert await read(registry, people[1]) == (200, NAME)


async def test_keys_of_a_release_that_wrote_no_names_are_named(settings: Settings, people: list[grants.Caller]) -> None:
    owner = create_async_engine(settings.keys_owner_database_url)
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE registry.person_key SET kek = DEFAULT"))
    await owner.dispose()
    with pytest.raises(SettingsError, match="JIELI_KEK lacks the key k1"):
        async with apps.started(told(settings, kek=NEW)):
            raise AssertionError("it started with a key that unwraps nothing")
    async with apps.started(told(settings, kek=f"{NEW},{OLD}")) as registry:
        await left_none(registry)
        assert await read(registry, people[0]) == (200, NAME)
