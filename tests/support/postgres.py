"""A real PostgreSQL for the tests: one server per session, one set of databases per call of `create_database`."""

import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from deploy.local import ports, provision
from deploy.local.postgres import Postgres
from tests.support import room

# Tests lose nothing when the machine dies; what a kill of the server leaves is the same with and without fsync.
SPEED = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}
Fill = Callable[[dict[str, str]], Awaitable[None]]


class TestServer:
    """A running server and what is created in it."""

    __test__ = False

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._filled: dict[tuple[str, Fill], provision.Tenant] = {}

    def start(self) -> None:
        """Start it again after a stop."""
        self.server.launch()
        self.server.wait_ready()

    @property
    def admin_url(self) -> str:
        """The superuser's address, for looking behind the curtain."""
        return self.server.url()

    async def create_database(self, app: str) -> dict[str, str]:
        """Fresh, empty databases and roles for one app, as in production.

        Returns DATABASE_URL, OWNER_DATABASE_URL; where personal data lies KEYS_DATABASE_URL, KEYS_OWNER_DATABASE_URL.
        """
        return provision.addresses(self.admin_url, await self._create(app))

    async def copy(self, app: str, fill: Fill) -> dict[str, str]:
        """Copies of databases that `fill` filled once, the roles the same; returns what `create_database` returns."""
        if (app, fill) not in self._filled:
            made = await self._create(app)
            await fill(provision.addresses(self.admin_url, made))
            self._filled[app, fill] = made
        filled, name = self._filled[app, fill], f"t{secrets.token_hex(5)}"
        keys = filled.keys_database and f"{name}_keys"
        holder = replace(filled, database=f"{name}_{app}", keys_database=keys)
        server = await provision.connect(self.admin_url)
        try:
            for old, new in ((filled.database, holder.database), (filled.keys_database, keys)):
                if old and new:
                    await provision.statement(server, "CREATE DATABASE %I TEMPLATE %I", new, old)
                    await provision.ensure_database(server, new, filled.owner.name if new == holder.database else None)
                    await provision.grant_connect(server, new, holder)
        finally:
            await server.close()
        return provision.addresses(self.admin_url, holder)

    async def _create(self, app: str) -> provision.Tenant:
        prefix = f"t{secrets.token_hex(5)}"
        passwords = {f"{prefix}_{app}_{kind}": secrets.token_hex(8) for kind in ("owner", "app")}
        holder = provision.tenant(prefix, app, passwords)
        await provision.provision(self.admin_url, [holder])
        return holder


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestServer]:
    """The session's PostgreSQL, in a directory of its own that goes with it."""
    with _running() as running:
        yield running


@pytest.fixture
def own_postgres() -> Iterator[TestServer]:
    """A PostgreSQL of one test, which may stop it."""
    with _running() as running:
        yield running


@contextmanager
def _running() -> Iterator[TestServer]:
    with room.folder("postgres") as directory:
        log, password = directory / "postgres.log", secrets.token_hex(16)
        server = Postgres(directory / "data", ports.free(), password, log, extra=SPEED)
        try:
            server.prepare()
            server.launch()
            server.wait_ready()
            yield TestServer(server)
        finally:
            server.stop()
