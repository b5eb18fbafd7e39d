"""One app over ASGI with a real PostgreSQL and a bus in memory: what the suites in tests/service stand on."""

import asyncio
import contextlib
import importlib
import secrets
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from joserfc.jwk import ECKey

from deploy.local import region
from deploy.local.secrets import ed25519, es256
from gateway.federation.peers import FEDERATION_KEY
from gateway.main import LOG_KEY, WITNESS_KEY
from services.registry.commands import directory as registry_directory
from shared import db, migrate
from shared.contracts.envelope import Envelope, Event
from shared.runtime import Runtime
from shared.settings import Settings
from tests.support import grants
from tests.support.bus import MemoryBus
from tests.support.postgres import TestServer
from tests.support.until import until

REGION = "610118"
SERVICES = ("identity", "registry", "referrals", "cases")


def settings(app: str, urls: dict[str, str], directory: Path, **more: object) -> Settings:
    """Settings of one app with fresh secrets; `urls` are those that TestServer.create_database gives."""
    (directory / "token.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    values: dict[str, Any] = {
        "app": app,
        "region": REGION,
        "region_name": "鄠邑区",
        "environment": "development",
        "public_url": "http://gateway.test",
        "nats_url": "nats://127.0.0.1:1",
        "nats_user": app,
        "nats_password": secrets.token_hex(16),
        "nats_monitor_url": "http://127.0.0.1:1",
        "grant_key": secrets.token_hex(32),
        "kek": secrets.token_hex(32),
        "index_key": secrets.token_hex(32),
        "token_key": secrets.token_hex(32),
        "seal_key": secrets.token_hex(32),
        "service_urls": dict.fromkeys(SERVICES, "http://127.0.0.1:1"),
        "grant_keys": {service: secrets.token_hex(32) for service in SERVICES},
        "pairwise_keys": {service: secrets.token_hex(32) for service in SERVICES},
        "secrets_dir": directory,
        "messages_file": directory / "messages.jsonl",
        "log_level": "ERROR",
        **{key.lower(): value for key, value in urls.items()},
    }
    return Settings.model_validate(values | more)


def gateway_keys(directory: Path) -> None:
    """The key files without which no gateway starts."""
    for name in (LOG_KEY, WITNESS_KEY):
        ed25519(directory / name)
    es256(directory / FEDERATION_KEY)


@dataclass
class RunningApp:
    """An app that runs in this process; `as_` gives a client that calls it with the grants of some caller."""

    app: FastAPI
    settings: Settings
    bus: MemoryBus

    @property
    def runtime(self) -> Runtime:
        """The app's own resources, to look behind its routes."""
        held: Runtime = self.app.state.runtime
        return held

    def as_(self, caller: grants.Caller | None = None) -> httpx.AsyncClient:
        """A client whose calls carry the caller's grants."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        auth = caller or grants.Caller(self.settings)
        return httpx.AsyncClient(transport=transport, base_url="http://service.test", auth=auth)

    async def receive(self, source: str, aggregate: str, sequence: int, event: Event) -> None:
        """Hand the app an event of another app, as the bus would, and wait until the app has had it once."""
        envelope = Envelope.model_validate(
            {
                "id": uuid.uuid4(),
                "source": f"/regions/{REGION}/{source}",
                "type": event.subject,
                "subject": aggregate,
                "time": "2026-11-22T00:00:00Z",
                "sequence": f"{sequence:020d}",
                "data": event.model_dump(mode="json"),
            }
        )
        payload = envelope.encode()
        await self.bus.publish(event.subject, payload, str(envelope.id))

        async def had() -> bool:
            return payload in self.bus.handed

        await until(had)


async def migrated(app: str, postgres: TestServer) -> dict[str, str]:
    """Fresh databases of the newest form, as `create_database` gives them; the registry's hold the directory."""
    return await postgres.copy(app, _FILL[app])


async def _fill(app: str, urls: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        made = settings(app, urls, Path(directory))
    await asyncio.to_thread(migrate.upgrade, app, made)
    if app == "registry":
        engine = db.engine(made.owner_database_url)
        await registry_directory.fill(db.session_maker(engine), made)
        await engine.dispose()


_FILL = {app: partial(_fill, app) for app in (*SERVICES, "gateway")}


@contextlib.asynccontextmanager
async def running(app: str, postgres: TestServer, directory: Path, **more: object) -> AsyncIterator[RunningApp]:
    """Run `app` over a fresh database until the block ends."""
    made = settings(app, await migrated(app, postgres), directory, **more)
    async with started(made) as there:
        yield there


@contextlib.asynccontextmanager
async def started(made: Settings) -> AsyncIterator[RunningApp]:
    """Run the app of these settings over databases that are migrated, until the block ends."""
    app, bus = made.app, MemoryBus()
    module = importlib.import_module("gateway.main" if app == "gateway" else f"services.{app}.main")
    fastapi_app = module.create(made, bus)
    async with fastapi_app.router.lifespan_context(fastapi_app):
        yield RunningApp(fastapi_app, made, bus)


@contextlib.asynccontextmanager
async def served(app: RunningApp, port: int) -> AsyncIterator[None]:
    """The app on a port of this machine."""
    config = uvicorn.Config(app.app, port=port, lifespan="off", log_config=None, access_log=False)
    server = region.Server(config)
    serving = asyncio.create_task(server.serve())

    async def up() -> bool:
        return server.started

    try:
        await until(up)
        yield
    finally:
        server.should_exit = True
        await serving
