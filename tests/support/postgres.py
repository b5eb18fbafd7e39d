"""A real PostgreSQL for the tests: one server per session, one set of databases per call of `create_database`."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local import ports, provision
from deploy.local.postgres import Postgres

# Tests lose nothing when the machine dies; what a kill of the server leaves is the same with and without fsync.
SPEED = {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}


class TestServer:
    """A running server and what is created in it."""

    __test__ = False

    def __init__(self, server: Postgres) -> None:
        self.server = server

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
        prefix = f"t{secrets.token_hex(5)}"
        passwords = {f"{prefix}_{app}_{kind}": secrets.token_hex(8) for kind in ("owner", "app")}
        holder = provision.tenant(prefix, app, passwords)
        await provision.provision(self.admin_url, [holder])
        return provision.addresses(self.admin_url, holder)


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
    directory = Path(tempfile.mkdtemp(prefix="jieli-postgres-"))
    directory.chmod(0o711)  # the server may run as nobody and has to pass through
    server = Postgres(directory / "data", ports.free(), secrets.token_hex(16), directory / "postgres.log", extra=SPEED)
    try:
        server.prepare()
        server.launch()
        server.wait_ready()
        yield TestServer(server)
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)
