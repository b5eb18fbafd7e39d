"""Two regions cosign each other's log over HTTP; what a person downloads carries it, and jieli-verify wants it."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from jieli_verify.__main__ import main as jieli_verify
from joserfc.jwk import ECKey
from sqlalchemy.exc import DBAPIError

from deploy.local import ports
from gateway.audit.commands import Log
from gateway.exchange import desk
from gateway.federation import rules as federation
from gateway.federation.peers import FEDERATION_KEY
from gateway.witness import alarms, api
from tests.service.gateway import logs
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

REGIONS = ("610118", "621124")
AWAY = "630121"  # pinned by both, and never there
WHY = "SELECT reason FROM log_witness WHERE witness = '621124'"


@dataclass
class Side:
    """One of the two regions."""

    app: RunningApp
    url: str
    folder: Path

    @property
    def log(self) -> Log:
        return desk.at(self.app.runtime).log

    async def grows(self, number: int = 1) -> str:
        """So many more entries and a checkpoint over them; its note."""
        for _ in range(number):
            await self.log.append(logs.entry())
        self.app.runtime.stir()  # as the request does of which an entry tells
        return (await self.log.checkpoint()).note

    async def get(self, path: str) -> str:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(self.url + path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def cosigned(self, note: str) -> str:
        """The checkpoint as it is served, once it is cosigned."""

        async def there() -> str:
            served = await self.get("/v1/log/checkpoint")
            return served if served.startswith(note) and len(served) > len(note) else ""

        return await until(there)

    async def rows(self, statement: str) -> list[tuple[object, ...]]:
        async with self.app.runtime.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(logs.text(statement))]

    async def write(self, *statements: str) -> None:
        """As the owner of the tables, who can do everything."""
        owner = logs.db.engine(self.app.runtime.settings.owner_database_url)
        async with owner.begin() as connection:
            for statement in statements:
                await connection.execute(logs.text(statement))
        await owner.dispose()

    async def refused(self) -> float:
        """The metric that the alarm of docs/operations.md watches, about the other region as a witness."""
        room = api.held(self.app.runtime)
        await alarms.show(self.app.runtime, room.known, room.alarms)
        wanted = f'jieli_log_not_continued{{source="{REGIONS[1]}"}}'
        (line,) = [each for each in (await self.get("/metrics")).splitlines() if each.startswith(wanted)]
        return float(line.split()[-1])

    async def says(self, condition: Callable[[], Awaitable[object]], wanted: object) -> None:
        async def there() -> bool:
            return await condition() == wanted

        await until(there)


@contextlib.asynccontextmanager
async def two(postgres: TestServer, folder: Path) -> AsyncIterator[dict[str, Side]]:
    at = {code: folder / code for code in REGIONS}
    urls = {code: f"http://127.0.0.1:{ports.free()}" for code in (*REGIONS, AWAY)}
    for each in at.values():
        each.mkdir()
        apps.gateway_keys(each)
    pins = {code: ECKey.import_key((at[code] / FEDERATION_KEY).read_text()).thumbprint() for code in REGIONS}
    pins[AWAY] = ECKey.generate_key("P-256").thumbprint()
    async with contextlib.AsyncExitStack() as stack:
        sides = {}
        for code in REGIONS:
            others = {each: {"name": each, "gateway_url": urls[each], "thumbprint": pins[each]} for each in pins}
            del others[code]
            (at[code] / "peers.json").write_text(json.dumps(others))
            more = {"region": code, "public_url": urls[code], "peers_file": at[code] / "peers.json"}
            app = await stack.enter_async_context(apps.running("gateway", postgres, at[code], **more))
            await stack.enter_async_context(apps.served(app, int(urls[code].rpartition(":")[2])))
            sides[code] = Side(app, urls[code], at[code])
        yield sides


@pytest.fixture(scope="module")
async def sides(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Side]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(federation, "ASK_AGAIN", 0.0)
        patched.setattr(federation, "LONGEST_WAIT", 0.5)  # seconds, so that a test sees the next try
        async with two(postgres, tmp_path_factory.mktemp("two")) as held:
            yield held


@pytest.fixture
def here(sides: dict[str, Side]) -> Side:
    return sides[REGIONS[0]]


@pytest.fixture
def there(sides: dict[str, Side]) -> Side:
    return sides[REGIONS[1]]


async def verdict(here: Side, there: Side, tmp_path: Path, note: str) -> int:
    """What jieli-verify says to a log's own entries under a checkpoint, when the other region must have cosigned it."""
    bodies = await here.rows("SELECT convert_from(body, 'UTF8') FROM log_entry ORDER BY seq")
    (tmp_path / "entries").write_text("".join(f"{body}\n" for (body,) in bodies))
    (tmp_path / "note").write_text(note)
    keys = ["--key", (await here.get("/v1/log/key")).strip(), "--witness", (await there.get("/v1/witness/key")).strip()]
    return jieli_verify(["log", *keys, str(tmp_path / "note"), str(tmp_path / "entries")])


async def test_each_region_cosigns_the_others_log_as_it_grows_though_a_third_is_away(
    here: Side, there: Side, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also the checkpoint over the first entries, and one that was signed while the one before was on its way."""
    for near, far in ((here, there), (there, here)):
        await near.grows(3)
        note = await near.cosigned(await near.grows(4))
        assert await verdict(near, far, tmp_path, note) == 0
        assert "/witness cosigned the checkpoint of 7 entries at " in capsys.readouterr().out
        assert await verdict(near, far, tmp_path, await near.grows()) == 1, (
            "a checkpoint of which nobody else knows yet"
        )
    waits = "SELECT size, reason FROM log_witness WHERE witness = '630121'"
    await here.says(lambda: here.rows(waits), [(0, "no-answer")])


async def test_both_publish_the_keys_under_the_key_that_is_pinned(here: Side, there: Side) -> None:
    known = api.held(here.app.runtime).known
    said = await known.verifiers(known.by_region[REGIONS[1]], anew=True)
    assert said.log == (await there.get("/v1/log/key")).strip()
    assert said.witness == (await there.get("/v1/witness/key")).strip()


BELIEVED = (
    "UPDATE log_witness SET size = 0, next_at = now()",
    "UPDATE log_witness SET size = size - 1, next_at = now()",
)


@pytest.mark.parametrize("believed", BELIEVED)
async def test_the_size_that_a_witness_names_is_taken(here: Side, believed: str) -> None:
    """Its answer was lost on the way, or this region's own row of it: the log begins where the witness stands."""
    await here.cosigned(await here.grows(2))
    await here.write(believed)
    await here.cosigned(await here.grows(2))
    assert await here.refused() == 0


KEPT = {"log_entry": "leaf_hash", "log_node": "hash", "log_checkpoint": "note", "log_cosignature": "line"}


@pytest.mark.parametrize("table", KEPT)
async def test_whatever_the_log_holds_stays_at_least_three_years(here: Side, table: str) -> None:
    """No age makes a row removable, for the role of run time nor for the owner, as the migrations left the tables."""
    await here.cosigned(await here.grows(2))
    before = await here.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - the names above
    assert before > [(0,)]
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {KEPT[table]} = {KEPT[table]}"):  # noqa: S608 - as above
        with pytest.raises(DBAPIError, match="the log only grows"):
            async with here.app.runtime.engine.begin() as connection:
                await connection.execute(logs.text(statement))
        with pytest.raises(DBAPIError, match="the log only grows"):
            await here.write(statement)
    for statement in (f"TRUNCATE {table}", f"DROP TABLE {table}", f"ALTER TABLE {table} DISABLE TRIGGER only_grows"):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            async with here.app.runtime.engine.begin() as connection:
                await connection.execute(logs.text(statement))
    assert await here.rows(f"SELECT count(*) FROM {table}") >= before  # noqa: S608 - as above


async def test_a_line_that_is_not_the_witnesss_is_not_kept(
    here: Side, there: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other region signs by a key that its metadata do not name: nothing of it is served, until it names it."""
    stranger = logs.notes.Signer(f"jieli/{REGIONS[1]}/witness", logs.SIGNER.private, logs.notes.COSIGNATURE)
    before = await here.rows("SELECT count(*) FROM log_cosignature")
    with monkeypatch.context() as patched:
        held = there.app.runtime.extras["witness"]
        assert isinstance(held, api.Room)
        patched.setitem(there.app.runtime.extras, "witness", api.Room(stranger, held.known, held.alarms))
        note = await here.grows()
        await here.says(lambda: here.rows(WHY), [("no-answer",)])
        assert await here.rows("SELECT count(*) FROM log_cosignature") == before
    await here.cosigned(note)


CUT = (
    *(f"ALTER TABLE {table} DISABLE TRIGGER only_grows" for table in ("log_entry", "log_node", "log_checkpoint")),
    "DELETE FROM log_entry",
    "DELETE FROM log_node",
    "DELETE FROM log_checkpoint",
    "UPDATE log_head SET size = 0, edge = ''",
    *(f"ALTER TABLE {table} ENABLE TRIGGER only_grows" for table in ("log_entry", "log_node", "log_checkpoint")),
)


async def test_a_log_that_was_cut_is_noticed_on_both_sides_and_never_cosigned_again(
    here: Side, there: Side, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Last of all: from here on the two are at odds, and only people can say which of them is right."""
    before = await here.cosigned(await here.grows(6))
    size = int(before.splitlines()[1])
    await here.write(*CUT, "UPDATE log_witness SET size = 0")
    await here.grows(2)
    await here.says(lambda: here.rows(WHY), [("longer-there",)])
    assert await here.refused() == 1
    await here.grows(size)
    await here.says(lambda: here.rows(WHY), [("not-continued",)])
    assert '"event": "log_not_continued"' in capsys.readouterr().out
    assert await here.refused() == 1

    async def heard() -> object:
        await alarms.hear(there.app.runtime, api.held(there.app.runtime).known)
        return await there.rows("SELECT DISTINCT log, state FROM log_conflict")

    await there.says(heard, [("jieli/610118", "confirmed")])
    assert await there.rows("SELECT size FROM witnessed_log") == [(size,)]
    assert await verdict(here, there, tmp_path, await here.get("/v1/log/checkpoint")) == 1
