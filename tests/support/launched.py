"""The whole platform as a person starts it, on free ports and in a directory of its own."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
import yaml

from demo import client
from deploy.local import places, ports
from deploy.local.postgres import SUPERUSER
from tests.support import room

READY = "Jieli is ready"
PATIENCE = 120.0  # seconds to become ready on a busy machine


@dataclass
class Installation:
    """One installation: its directory and ports stay, the platform may be started over it again and again."""

    directory: Path
    environ: dict[str, str]
    process: "subprocess.Popen[str] | None" = None
    output: Path = field(default_factory=Path)

    @classmethod
    def fresh(cls, directory: Path, **settings: str) -> "Installation":
        """A new one, with nothing in it."""
        first = ports.free(200)
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(places.ROOT),
            "JIELI_RUN_DIR": str(directory / "run"),
            "JIELI_PORT_BASE_610118": str(first),
            "JIELI_PORT_BASE_621124": str(first + 100),
        }
        return cls(directory, environ | settings)

    @classmethod
    def rated(cls, directory: Path, agreement: str, **rate: int) -> "Installation":
        """A new one in which the demonstration's agreement in this file has another rate."""
        agreements = directory / "agreements"
        shutil.copytree(places.ROOT / "demo" / "agreements" / "610118", agreements)
        file = agreements / f"{agreement}.yaml"
        file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text("utf-8")) | {"rate": rate}, allow_unicode=True))
        return cls.fresh(directory, JIELI_LOG_LEVEL="ERROR", JIELI_610118_GATEWAY_AGREEMENTS_DIR=str(agreements))

    def launch(self) -> None:
        """Start the platform in the background."""
        self.output = self.directory / f"output-{uuid.uuid4()}"
        with self.output.open("w", encoding="utf-8") as file:
            command = [sys.executable, "-m", "deploy.local.run"]
            self.process = subprocess.Popen(
                command, env=self.environ, cwd=places.ROOT, stdout=file, stderr=subprocess.STDOUT, text=True
            )

    def wait_ready(self) -> None:
        """Wait until it says so; fails at once when it ended instead."""
        deadline = time.monotonic() + PATIENCE
        while READY not in self.said():
            assert self.running.poll() is None and time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    @property
    def running(self) -> "subprocess.Popen[str]":
        """The launcher's process."""
        assert self.process is not None
        return self.process

    def said(self) -> str:
        """Everything the launcher printed so far."""
        return self.output.read_text(encoding="utf-8")

    def processes(self) -> list[psutil.Process]:
        """The launcher and everything under it: apps, PostgreSQL, NATS."""
        parent = psutil.Process(self.running.pid)
        return [parent, *parent.children(recursive=True)]

    def kill_everything(self) -> int:
        """SIGKILL to every process that this launcher started, the launcher first; returns how many."""
        doomed = self.processes()
        for process in doomed:
            with contextlib.suppress(psutil.NoSuchProcess):  # PostgreSQL's workers come and go
                process.kill()
        self.running.wait()
        psutil.wait_procs(doomed, 10)
        return len(doomed)

    def stop(self) -> int:
        """Stop in order; the exit code."""
        self.running.terminate()
        return self.running.wait(60)

    def remove(self) -> None:
        """Stop whatever runs and delete the data."""
        command = [sys.executable, "-m", "deploy.local.run", "reset"]
        subprocess.run(command, env=self.environ, cwd=places.ROOT, check=True, capture_output=True)

    @property
    def run(self) -> Path:
        """Where everything lies."""
        return Path(self.environ["JIELI_RUN_DIR"])

    def regions(self) -> dict[str, client.Region]:
        """The regions by role, with the demonstration's credentials."""
        return client.regions(self.run / "demonstration.json")

    async def rows(self, region: str, app: str, query: str) -> list[dict[str, Any]]:
        """Look into a database as its administrator."""
        async with self.connected(region, app) as connection:
            return [dict(row) for row in await connection.fetch(query)]

    @contextlib.asynccontextmanager
    async def connected(self, region: str, app: str) -> AsyncIterator[asyncpg.Connection]:
        """The administrator's own connection to a database."""
        place = next(found for found in places.regions(self.environ) if found.code == region)
        password = json.loads((place.secrets / "secrets.json").read_text())["database"]["superuser"]
        address = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{place.base + places.POSTGRES}/r{region}_{app}"
        connection = await asyncpg.connect(address)
        try:
            yield connection
        finally:
            await connection.close()


@contextlib.contextmanager
def ready(made: Installation) -> Iterator[Installation]:
    """The platform of an installation, started; its data goes with it."""
    made.launch()
    try:
        made.wait_ready()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def platform() -> Iterator[Installation]:
    """One running platform for every test that does not harm it."""
    with room.folder("platform") as there:
        traces = there / f"traces-{secrets.token_hex(4)}"
        with ready(Installation.fresh(there, JIELI_TRACE_FILE=str(traces))) as made:
            yield made
