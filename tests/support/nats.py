"""A real NATS server for the tests: JetStream on disk, one user per app with the permissions of production."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import nats, ports, provision


def server(directory: Path) -> nats.Nats:
    """A server over `directory`, not yet started."""
    passwords = {user: secrets.token_hex(8) for user in (*provision.APPS, nats.OPERATOR)}
    return nats.Nats(directory / "nats", ports.free(), ports.free(), passwords, directory / "nats.log")


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
    directory = Path(tempfile.mkdtemp(prefix="jieli-nats-"))
    running = server(directory)
    try:
        running.prepare()
        running.launch()
        running.wait_ready()
        yield running
    finally:
        running.stop()
        shutil.rmtree(directory, ignore_errors=True)
