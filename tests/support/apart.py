"""One region whose PostgreSQL and NATS can be stopped while its apps run on: what the launcher never lets happen."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from demo import client
from deploy.local import places, ports
from deploy.local.nats import Nats
from deploy.local.platform import Platform, ready
from deploy.local.postgres import Postgres


@dataclass(frozen=True)
class Apart:
    """The running region."""

    place: places.Region
    platform: Platform

    @property
    def postgres(self) -> Postgres:
        """Its database server."""
        server = self.platform.below[self.place.code].postgres
        assert server is not None
        return server

    @property
    def nats(self) -> Nats:
        """Its bus."""
        server = self.platform.below[self.place.code].nats
        assert server is not None
        return server

    def region(self) -> client.Region:
        """The region as a client of the demonstration sees it."""
        return client.regions(self.platform.credentials)[self.place.role]

    async def ready(self) -> dict[str, bool]:
        """What /ready of each app says."""
        urls = {app: self.place.app_url(app) for app in places.OFFSETS}
        said = await asyncio.gather(*(asyncio.to_thread(ready, url) for url in urls.values()))
        return dict(zip(urls, said, strict=True))

    async def rows(self, app: str, query: str) -> list[dict[str, Any]]:
        """Look into an app's database as its administrator."""
        connection = await asyncpg.connect(self.postgres.url(f"r{self.place.code}_{app}"))
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def without(self, *servers: Postgres | Nats) -> AsyncIterator[None]:
        """The servers are down until the block ends. They start on the main thread: children die with their thread."""
        for server in servers:
            await asyncio.to_thread(server.stop)
        try:
            yield
        finally:
            for server in servers:
                server.launch()
            for server in servers:
                await asyncio.to_thread(server.wait_ready)


@contextlib.asynccontextmanager
async def running(directory: Path) -> AsyncIterator[Apart]:
    """The receiving region over fresh servers, until the block ends."""
    first = ports.free(200)
    environ = {
        "JIELI_RUN_DIR": str(directory / "run"),
        "JIELI_PORT_BASE_610118": str(first),
        "JIELI_PORT_BASE_621124": str(first + 100),
    }
    place = next(each for each in places.regions(environ) if each.role == "receiving")
    platform = Platform([place], environ, lambda line: None)
    try:
        await platform.start()
        await platform.ready()
        yield Apart(place, platform)
    finally:
        await platform.stop()
