"""kill -9 of gateways under load: no field is released without its entry, by what clients and the service received."""

import asyncio
import base64
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from jieli_verify import tree as outside

from deploy.local import places, ports
from gateway.audit import queries, sweep
from shared.settings import Settings
from tests.support import apps, governed
from tests.support.governed import Ask, Region, sound
from tests.support.postgres import TestServer
from tests.support.until import until

CLIENTS = 6
BETWEEN = 40  # answers between two kills
NAME = "卓玛·多吉"


@dataclass
class Process:
    """One gateway that is killed and started again."""

    settings: Path
    port: int
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it answers while it lives."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "tests.outages.one_gateway", str(self.settings), str(self.port)]
        self.running = await asyncio.to_thread(subprocess.Popen, command, cwd=places.ROOT, stdout=subprocess.DEVNULL)
        async with httpx.AsyncClient(trust_env=False) as http:

            async def up() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    return (await http.get(self.url + "/health", timeout=2)).status_code == 200
                return False

            await until(up, 60)

    def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does."""
        if self.running:
            self.running.kill()
            self.running.wait()


@dataclass
class Received:
    """What came out of the platform, however little of it: by decision, the bytes that a client got."""

    whole: int = 0
    cut_off: int = 0
    bodies: dict[str, bytes] = field(default_factory=dict)


async def read_until(stop: asyncio.Event, region: Region, ask: Ask, way: list[Process], got: Received) -> None:
    """Read again and again through one gateway and the other, and keep each byte that comes."""
    token = region.token(ask)
    async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
        while not stop.is_set():
            for process in way:
                try:
                    await _read(http, process.url + ask.path, region.headers(ask, token), got)
                except httpx.HTTPError:
                    got.cut_off += 1


async def _read(http: httpx.AsyncClient, url: str, headers: dict[str, str], got: Received) -> None:
    async with http.stream("GET", url, headers=headers) as answer:
        if answer.status_code != 200:
            return
        decision = answer.headers["jieli-decision"]
        got.bodies[decision] = b""
        async for part in answer.aiter_raw():
            got.bodies[decision] += part
        got.whole += 1


@pytest.fixture
async def region(postgres: TestServer, tmp_path: Path) -> AsyncIterator[Region]:
    port, urls = ports.free(), await apps.migrated("gateway", postgres)
    made = governed.settings(urls, tmp_path, port)
    async with governed.behind(port) as behind, apps.started(made) as gateway:
        held = Region(gateway, behind, urls["OWNER_DATABASE_URL"])
        await governed.furnish(held)
        yield held


@pytest.fixture
def processes(region: Region, tmp_path: Path) -> Iterator[list[Process]]:
    file = tmp_path / "settings.json"
    file.write_text(as_json(region.gateway.settings))
    made = [Process(file, ports.free()) for _ in range(2)]
    yield made
    for process in made:
        process.kill()


def as_json(settings: Settings) -> str:
    return json.dumps({name: str(value) if isinstance(value, Path) else value for name, value in settings})


def decision_of(grant: str) -> str:
    """Which decision a grant rests on."""
    payload = grant.split(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["decision"])


@pytest.mark.timeout(300)
async def test_no_field_is_released_without_a_durable_entry(region: Region, processes: list[Process]) -> None:
    """Kept apart are what clients received, what the service was asked for, and what the log says of both."""
    referral, got, served = await region.referral(), Received(), set[str]()
    region.behind.body = {"state": "accepted", "fields": {"姓名": NAME}}
    free = asyncio.Event()
    free.set()

    async def note(request: web.Request) -> None:
        served.add(decision_of(request.headers["jieli-grant"]))
        await free.wait()

    region.behind.answering = note
    await asyncio.gather(*(process.start() for process in processes))
    stop, ask = asyncio.Event(), sound(referral)
    ways = (processes, processes[::-1])
    clients = [asyncio.create_task(read_until(stop, region, ask, ways[n % 2], got)) for n in range(CLIENTS)]
    for doomed in ([processes[0]], [processes[1]], processes):
        wanted = got.whole + BETWEEN

        async def enough(wanted: int = wanted) -> bool:
            return got.whole >= wanted

        await until(enough, 60)
        if doomed is processes:
            free.clear()  # this time in the middle of calls that the service has in hand
            asked = len(served)

            async def in_hand(asked: int = asked) -> bool:
                return len(served) > asked

            await until(in_hand, 60)
        for process in doomed:
            process.kill()
        free.set()
        await asyncio.gather(*(process.start() for process in doomed))
    stop.set()
    await asyncio.gather(*clients)
    assert got.whole >= 3 * BETWEEN
    assert got.cut_off, "nobody was in the middle of anything"
    await verdict(region, got, served)


async def verdict(region: Region, got: Received, served: set[str]) -> None:
    """Every byte and every call of the service has its entries; what was cut off is closed; the tree verifies."""
    await sweep.sweep(region.gateway.runtime.engine, region.desk.log, datetime.now(UTC))
    entries = await region.logged()
    permitted = {each["decision"] for each in entries if (each["phase"], each["verdict"]) == ("intent", "permit")}
    ended: dict[str, dict[str, Any]] = {each["decision"]: each for each in entries if each["phase"] == "outcome"}
    assert served <= permitted, "the service was asked without a durable intent"
    assert got.bodies.keys() <= served
    for decision, body in got.bodies.items():
        assert ended[decision]["outcome"] == "released", "a client has what the log does not know"
        sent = set(json.loads(body)["fields"]) if body else set()
        assert sent <= set(ended[decision]["fields"]["sent"])
    assert permitted == ended.keys()
    assert {each["outcome"] for each in ended.values()} >= {"released", "unknown"}
    async with region.gateway.runtime.engine.connect() as connection:
        edge = await queries.head(connection)
        root = await queries.root(connection, edge.size)
    bodies = [row.body for row in await region.rows("SELECT body FROM log_entry ORDER BY seq")]
    assert outside.root_of([outside.leaf(body) for body in bodies]) == root
