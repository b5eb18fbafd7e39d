"""The log's room of a gateway alone, over HTTP: who asks is told by a header, the rest is as it is served."""

import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from fastapi import Request
from jieli_verify.__main__ import main as jieli_verify

from gateway.audit import api, commands
from gateway.audit.rules import entries
from gateway.exchange import credentials
from shared import app
from shared.contracts import vocabulary
from shared.runtime import Runtime
from tests.service.gateway import logs
from tests.support import apps
from tests.support.bus import MemoryBus

AMY = {"Authorization": "Bearer amy"}
BOB = {"Authorization": "Bearer bob"}


async def _person(request: Request) -> str:
    """Stands for the gateway's authentication, which is another room's."""
    authorization = request.headers.get("authorization", "")
    if not authorization:
        raise credentials.TOKEN_MISSING()
    return authorization.removeprefix("Bearer ")


async def _furnish(runtime: Runtime) -> None:
    runtime.extras["audit"] = api.Room(
        log=commands.Log(runtime.engine, runtime.vault, logs.SIGNER, logs.INDEX_KEY),
        region=logs.REGION,
        person=_person,
        organisation={"org-610118-education": "示范区教育局"}.get,
        purposes={code: (p.label_zh, p.label_en) for code, p in vocabulary.load().purposes.items()},
    )


class Gateway:
    """A gateway of which only the log's room is furnished."""

    def __init__(self, client: httpx.AsyncClient, runtime: Runtime, folder: Path) -> None:
        self.client = client
        self.runtime = runtime
        self._folder = folder

    @property
    def log(self) -> commands.Log:
        room = self.runtime.extras["audit"]
        assert isinstance(room, api.Room)
        return room.log

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        answer = await self.client.get(path, headers=headers or {})
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.headers["content-type"] == "application/json" else answer.text

    async def access(self, person: str | None = "amy", **changed: Any) -> str:
        """One access with its intent and its outcome."""
        same = {"decision": str(uuid.uuid4()), "person": person} | changed
        await self.log.append(logs.entry(**same))
        sent = {
            "phase": entries.Phase.OUTCOME,
            "outcome": entries.Outcome.RELEASED,
            "sent": ("儿童姓名",),
            "status": 200,
        }
        await self.log.append(logs.entry(**(same | sent)))
        return str(same["decision"])

    async def verdict(self, command: str, *arguments: str, **files: Any) -> int:
        """What jieli-verify says, with its files given by name."""
        paths = {"key": await self.get("/v1/log/key")} | files
        for name, content in paths.items():
            (self._folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
        given = [str(self._folder / argument) if argument in paths else argument for argument in arguments]
        return jieli_verify([command, "--key", str(self._folder / "key"), *given])


@contextlib.asynccontextmanager
async def served(addresses: dict[str, str], folder: Path) -> AsyncIterator[Gateway]:
    """The room over this log, until the block ends."""
    settings = apps.settings("gateway", addresses, folder)
    service = app.Service(name="gateway", title="gateway", routers=(api.router,), on_start=(_furnish,))
    made = app.create_app(service, settings, MemoryBus())
    async with made.router.lifespan_context(made):
        transport = httpx.ASGITransport(made, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
            held = Gateway(client, made.state.runtime, folder)
            yield held
            await held.log.close()
