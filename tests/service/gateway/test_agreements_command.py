"""`jieli agreements plan|apply`: the difference first, then all of it or nothing, with exit codes for scripts."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.gateway import lives
from tests.service.gateway.lives import Lives
from tests.support.command import Command
from tests.support.postgres import TestServer

HOUSING = "agr-610118-centre-housing"
FILE = "centre-housing.yaml"


@pytest.fixture
async def room(postgres: TestServer, tmp_path: Path) -> AsyncIterator[Lives]:
    async with lives.lives(postgres, tmp_path) as there:
        yield there


class Jieli:
    """The command over a folder that holds the housing agreement."""

    def __init__(self, command: Command, room: Lives, directory: Path) -> None:
        self.command = command
        self.room = room
        self.folder = directory / "agreements"
        self.folder.mkdir()
        self.told = directory / "environment.json"
        given = {f"JIELI_{name}".upper(): each for name, each in room.running.settings.model_dump(mode="json").items()}
        self.told.write_text(
            json.dumps(
                {name: each if isinstance(each, str) else json.dumps(each) for name, each in given.items() if each}
            )
        )
        self.write()

    def write(self, *changes: tuple[str, str]) -> None:
        text = (lives.DEMONSTRATION / FILE).read_text("utf-8")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        (self.folder / FILE).write_text(text, "utf-8")

    async def __call__(self, verb: str) -> tuple[int, str]:
        return await self.command("cli.agreements", verb, str(self.folder), "--environment", str(self.told))

    async def shown(self) -> dict[str, object] | None:
        async with self.room.running.as_() as client:
            answer = await client.get(f"/v1/agreements/{HOUSING}")
        return answer.json() if answer.status_code == 200 else None


@pytest.fixture
def jieli(command: Command, room: Lives, tmp_path: Path) -> Jieli:
    return Jieli(command, room, tmp_path)


async def test_a_plan_shows_what_would_change_and_changes_nothing(jieli: Jieli) -> None:
    code, said = await jieli("plan")
    assert (code, await jieli.shown()) == (2, None)
    assert said.startswith(f"+ {HOUSING} version 1: active")
    assert await jieli("apply") == (0, said)
    assert await jieli("plan") == await jieli("apply") == (0, "nothing to change\n")


async def test_the_next_version_is_shown_line_by_line_and_says_when_consents_are_void(jieli: Jieli) -> None:
    await jieli("apply")
    jieli.write(("version: 1", "version: 2\nsupersedes: 1"), ("per_minute: 6000", "per_minute: 60"))
    code, said = await jieli("plan")
    assert (code, said.splitlines()[0]) == (2, f"+ {HOUSING} version 2: active, after version 1 (active)")
    assert "    -   per_minute: 6000\n    +   per_minute: 60\n" in said
    assert "consents" not in said
    jieli.write(("version: 1", "version: 2\nsupersedes: 1"), ("retention_days: 180", "retention_days: 30"))
    code, said = await jieli("apply")
    assert (code, "! purposes, fields, recipient or storage differ" in said) == (0, True)
    shown = await jieli.shown()
    assert shown and shown["version"] == 2


async def test_a_party_under_another_name_is_refused(jieli: Jieli) -> None:
    jieli.write(("鄠邑区住房和城乡建设局", "鄠邑区房产服务中心"))
    for verb in ("plan", "apply"):
        code, said = await jieli(verb)
        assert (code, "party-differs" in said, "line 5" in said) == (1, True, True)
    assert await jieli.shown() is None


async def test_one_wrong_file_or_changed_version_applies_nothing(jieli: Jieli) -> None:
    await jieli("apply")
    wrong = (lives.DEMONSTRATION / "centre-medical.yaml").read_text("utf-8").replace("health_service", "credit_scoring")
    (jieli.folder / "b.yaml").write_text(wrong, "utf-8")
    jieli.write(("version: 1", "version: 2\nsupersedes: 1"))
    for verb in ("plan", "apply"):
        code, said = await jieli(verb)
        assert (code, "b.yaml:" in said, "line 5" in said) == (1, True, True)
    (jieli.folder / "b.yaml").unlink()
    jieli.write(("retention_days: 180", "retention_days: 30"))
    for verb in ("plan", "apply"):
        code, said = await jieli(verb)
        assert (code, "a version never changes" in said) == (1, True)
    shown = await jieli.shown()
    assert shown and shown["version"] == 1


async def test_what_cannot_be_read_is_followed_by_an_agreement_of_another_id(jieli: Jieli) -> None:
    await jieli.room.in_force(like := "agr-610118-centre-like")
    await jieli.room.unreadable(HOUSING, like)
    jieli.write(("version: 1", "version: 2\nsupersedes: 1"))
    for verb in ("plan", "apply"):
        assert await jieli(verb) == (1, f"{HOUSING} version 1 cannot be read: write an agreement of another id\n")
