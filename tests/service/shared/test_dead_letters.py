"""Dead letters from the command line: what waits is listed without its content, and handed in again once mended."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.contracts.events import OrganizationRegistered
from shared.inbox import Inbox
from shared.settings import in_turn
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.command import Command
from tests.support.postgres import TestServer
from tests.support.until import until

NEW = secrets.token_hex(32)


@pytest.fixture
async def registry(postgres: TestServer, tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with apps.running("registry", postgres, tmp_path) as running:
        yield running


Jieli = Callable[[str], Awaitable[tuple[int, str]]]


@pytest.fixture
def jieli(command: Command, registry: RunningApp, tmp_path: Path) -> Jieli:
    """The command, told the app's settings by a file; its exit code and what it printed."""

    async def run(verb: str) -> tuple[int, str]:
        given = {f"JIELI_{name}".upper(): value for name, value in registry.settings.model_dump(mode="json").items()}
        told = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items() if value}
        path = tmp_path / "environment.json"
        path.write_text(json.dumps(told))
        return await command("cli.main", "dead-letters", verb, "registry", "--environment", str(path))

    return run


async def buried(registry: RunningApp, letters: int) -> Inbox:
    """The registry's inbox, once so many dead letters lie there."""
    inbox = registry.runtime.extras["inbox"]
    assert isinstance(inbox, Inbox)

    async def enough() -> bool:
        return len(await inbox.letters()) == letters

    await until(enough)
    return inbox


async def as_owner(registry: RunningApp, statement: str) -> None:
    owner = create_async_engine(registry.settings.owner_database_url)
    async with owner.begin() as connection:
        await connection.execute(text(statement))
    await owner.dispose()


async def registered(registry: RunningApp) -> list[str]:
    async with registry.as_() as client:
        listed = (await client.get("/directory/organizations")).json()["contents"]
    return [entry["name"] for entry in listed]


def organisation(number: int, name: str) -> OrganizationRegistered:
    return OrganizationRegistered(
        organization=f"org-{number}", name=name, kind="department", district="610118", services=("EDU-01",)
    )


async def test_what_could_not_be_taken_is_listed_and_handed_in_again(registry: RunningApp, jieli: Jieli) -> None:
    await as_owner(registry, "ALTER TABLE organization RENAME TO elsewhere")
    await registry.receive("identity", "org-1", 1, organisation(1, "教育局"))
    await registry.receive("identity", "org-1", 2, organisation(1, "教育和体育局"))

    await buried(registry, 2)
    _, said = await jieli("list")
    assert "org-1 #1  ProgrammingError" in said
    assert "org-1 #2  behind a dead letter" in said
    assert "教育" not in said
    code, said = await jieli("replay")
    assert (code, said.splitlines()[-1]) == (1, "0 handled, 2 left")
    await as_owner(registry, "ALTER TABLE elsewhere RENAME TO organization")
    assert await jieli("replay") == (0, "2 handled, 0 left\n")
    assert await registered(registry) == ["教育和体育局"]
    assert await jieli("list") == (0, "")


async def test_what_an_older_key_sealed_is_handed_in_after_that_key_is_gone(registry: RunningApp, jieli: Jieli) -> None:
    await as_owner(registry, "ALTER TABLE organization RENAME TO elsewhere")
    await registry.receive("identity", "org-1", 1, organisation(1, "教育局"))
    inbox = await buried(registry, 1)
    await as_owner(registry, "ALTER TABLE elsewhere RENAME TO organization")
    old = registry.settings.kek
    registry.settings = registry.settings.model_copy(update={"kek": NEW})
    assert await jieli("replay") == (1, "0 handled, 1 left\n")
    changing = Inbox(inbox.sessions, inbox.handlers, inbox.known, in_turn(f"{NEW},{old}"))
    await changing.reseal()
    assert await jieli("replay") == (0, "1 handled, 0 left\n")
    assert await registered(registry) == ["教育局"]
