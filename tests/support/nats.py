"""A real NATS server for the tests: JetStream with files, one user per app with the permissions of production."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nats import connect
from nats.aio.client import Client

from deploy.local import nats, ports, provision
from tests.support import room


def server(directory: Path, kind: type[nats.Nats] = nats.Nats) -> nats.Nats:
    """A server over `directory`, not yet started."""
    passwords = {user: secrets.token_hex(8) for user in (*provision.APPS, nats.OPERATOR)}
    return kind(directory / "nats", ports.free(), ports.free(), passwords, directory / "nats.log")


def settings(running: nats.Nats, app: str) -> dict[str, str]:
    """The bus settings of one app (shared.settings)."""
    return {
        "NATS_URL": running.url,
        "NATS_USER": app,
        "NATS_PASSWORD": running.passwords[app],
        "NATS_MONITOR_URL": running.monitor_url,
    }


@pytest.fixture(scope="session")
def nats_server() -> Iterator[nats.Nats]:
    """The session's NATS server, in a directory of its own that goes with it."""
    yield from _running(server)


@pytest.fixture
def fresh_nats() -> Iterator[nats.Nats]:
    """A NATS server of one test, with nothing in it."""
    yield from _running(server)


@pytest.fixture
def unsynced_nats() -> Iterator[nats.Nats]:
    """A NATS server as its authors ship it: it acknowledges before it writes."""

    class Unsynced(nats.Nats):
        def configuration(self) -> dict[str, object]:
            made = super().configuration()
            made["jetstream"] = {"store_dir": str(self.directory / "store")}
            return made

    yield from _running(lambda directory: server(directory, Unsynced))


async def operator(running: nats.Nats) -> Client:
    """A connection of the operator, who may delete streams."""
    password = running.passwords[nats.OPERATOR]
    prefix = nats.inbox(nats.OPERATOR).encode()
    return await connect(running.url, user=nats.OPERATOR, password=password, inbox_prefix=prefix)


def _running(make: Callable[[Path], nats.Nats]) -> Iterator[nats.Nats]:
    with room.folder("nats") as directory:
        running = make(directory)
        try:
            running.prepare()
            running.launch()
            running.wait_ready()
            yield running
        finally:
            running.stop()
