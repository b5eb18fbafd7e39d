"""Another region as far as a witness meets it: its metadata, its log's proofs, and the log that a test plays."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.audit.api import SIZE_UNKNOWN
from gateway.federation.peers import WELL_KNOWN, Peers
from gateway.federation.rules import Verifiers
from gateway.witness.rules import submissions
from tests.service.gateway import logs
from tests.support import apps
from tests.support.another_log import AnotherLog
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer

REGION = "621124"
ORIGIN = f"jieli/{REGION}"
DATABASE = {"DATABASE_URL": "postgresql+asyncpg://nobody"}
CONSISTENCY = "/v1/log/consistency"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOG = AnotherLog(20)
PROOF = json.dumps({"consistency": [logs.text_of(value) for value in LOG.proof(10, 20)]}).encode()


@dataclass
class Elsewhere:
    """The other region; `log` is the one that it proves when it is asked, `verifiers` the keys that it publishes.

    What stands in `instead` at a path answers there in place of everything else.
    """

    folder: Path
    log: AnotherLog
    verifiers: Verifiers = field(init=False)
    asked: list[str] = field(default_factory=list)
    away: bool = False
    instead: dict[str, Answer] = field(default_factory=dict)
    url: str = ""

    def __post_init__(self) -> None:
        apps.gateway_keys(self.folder)
        self.verifiers = Verifiers(self.log.signer.verifier_key, "")

    @property
    def peers(self) -> Peers:
        return Peers(apps.settings("gateway", DATABASE, self.folder, region=REGION), self.verifiers)

    @property
    def answering(self) -> web.Application:
        """What serves this region."""

        @web.middleware
        async def chosen(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.instead.get(request.path, handler)(request)

        served = web.Application(middlewares=[chosen])
        served.router.add_get(WELL_KNOWN, self.metadata)
        served.router.add_get(CONSISTENCY, self.consistency)
        return served

    async def metadata(self, _: web.Request) -> web.Response:
        self.asked.append("metadata")
        return web.Response(text=self.peers.metadata())

    async def consistency(self, request: web.Request) -> web.Response:
        self.asked.append("consistency")
        old, new = int(request.query["from"]), int(request.query["to"])
        if self.away:
            return web.Response(status=503)
        if new > len(self.log.leaves):
            return web.json_response({"code": SIZE_UNKNOWN.code}, status=404)
        return web.json_response({"consistency": [logs.text_of(value) for value in self.log.proof(old, new)]})


@dataclass
class Witnessing:
    """A witness and the other region whose log it watches."""

    app: RunningApp
    elsewhere: Elsewhere

    async def add(self, body: bytes) -> httpx.Response:
        async with self.app.as_() as client:
            return await client.post(submissions.ADD_CHECKPOINT, content=body)

    async def get(self, path: str) -> httpx.Response:
        async with self.app.as_() as client:
            return await client.get(path)

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.app.runtime.engine.connect() as connection:
            return list(await connection.execute(logs.text(statement), values))

    async def conflicts(self) -> list[tuple[int, str]]:
        """Size and state of what speaks against the log."""
        rows = await self.rows("SELECT size, state FROM log_conflict ORDER BY at")
        return [(row.size, row.state) for row in rows]


@contextlib.asynccontextmanager
async def witnessing(postgres: TestServer, folder: Path, log: AnotherLog) -> AsyncIterator[Witnessing]:
    """A gateway that is a witness of this log, until the block ends; what it asks its services, the other answers."""
    there, here = folder / "there", folder / "here"
    there.mkdir()
    here.mkdir()
    other = Elsewhere(there, log)
    runner = web.AppRunner(other.answering, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    other.url = site.name
    pin = {"name": "通渭县", "gateway_url": other.url, "thumbprint": other.peers.own.kid}
    apps.gateway_keys(here)
    (here / "peers.json").write_text(json.dumps({REGION: pin}))
    urls = dict.fromkeys(apps.SERVICES, other.url)
    try:
        async with apps.running(
            "gateway", postgres, here, peers_file=here / "peers.json", service_urls=urls
        ) as running:
            yield Witnessing(running, other)
    finally:
        await runner.cleanup()


def plain(body: bytes | str, status: int = 200, **headers: str) -> Answer:
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=content, status=status, headers=named)

    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 4096)


async def silent(request: web.Request) -> web.StreamResponse:
    """It begins to answer and says no more, until who asked has gone."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b" ")
    await asyncio.Event().wait()
    return response


HARM = {
    "nested": plain(b"[" * 60_000),
    "endless": endless,
    "silent": silent,
    "packed": plain(gzip.compress(b" " * 32_000_000 + PROOF), content_encoding="gzip"),
    "in another alphabet": plain(PROOF.decode().encode("utf-16"), content_type="application/json"),
    "no text": plain(b"\xff"),
}
CHARSETS = {name: plain(b"0\n", 409, content_type=f"text/plain; charset={name}") for name in ("zlib", "hex", "rot13")}
