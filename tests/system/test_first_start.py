"""The first start as docs/operations.md tells it: init, provision, migrate, start; then keys change under calls."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from cli.installation import Installation
from cli.main import app
from deploy.local import nats, places, ports
from tests.support.postgres import TestServer

REGION = "990119"
STARTED = ("identity", "gateway")
PATIENCE = 60.0  # seconds to become ready on a busy machine


@dataclass
class Region:
    """A region on servers of this machine, with each app in a process of its own."""

    installation: Installation
    ports: dict[str, int]
    running: dict[str, "subprocess.Popen[bytes]"]

    def environ(self, *names: str) -> dict[str, str]:
        """What the env files of these names say."""
        told = {"PATH": os.environ["PATH"], "PYTHONPATH": str(places.ROOT)}
        for name in names:
            told |= self.installation.read(name)
        return told

    def do(self, *command: str, **environ: str) -> None:
        """A command of the operator; fails with what it says."""
        done = subprocess.run([sys.executable, "-m", *command], env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def start(self, name: str) -> None:
        """Start an app as the documentation does."""
        command = [sys.executable, "-m", "deploy.local.region", "--apps", name]
        environ = self.environ("settings", name) | {f"JIELI_{name.upper()}_PORT": str(self.ports[name])}
        self.running[name] = subprocess.Popen(command, env=environ)
        deadline = time.monotonic() + PATIENCE
        while not self.ready(name):
            assert self.running[name].poll() is None and time.monotonic() < deadline, name

    def ready(self, name: str) -> bool:
        """What the app's /ready says."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.ports[name]}/ready", trust_env=False).is_success
        return False

    def restart(self, name: str) -> None:
        """Stop an app in order and start it again."""
        self.running[name].terminate()
        self.running[name].wait(30)
        self.start(name)

    def organisations(self) -> list[str]:
        """What anybody reads through the gateway."""
        answer = httpx.get(f"http://127.0.0.1:{self.ports['gateway']}/v1/organizations", trust_env=False)
        assert answer.status_code == 200, answer.text
        return [entry["id"] for entry in answer.json()["organizations"]]


def jieli(*arguments: str) -> None:
    """A command as typed."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output


def bus(installation: Installation, directory: Path) -> nats.Nats:
    """A NATS server with the installation's own passwords."""
    kept = installation.read("nats")
    users = {name: kept[f"{name.upper()}_PASSWORD"] for name in (*places.OFFSETS, nats.OPERATOR)}
    return nats.Nats(directory / "nats", ports.free(), ports.free(), users, directory / "nats.log")


@pytest.fixture(scope="module")
def region(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    directory = tmp_path_factory.mktemp("first")
    place = f"127.0.0.1:{postgres.server.port}"
    options = {
        "--region": REGION,
        "--name": "试点区",
        "--public-url": "https://jieli.example",
        "--organization": "org-centre",
        "--organization-name": "便民服务中心",
        "--administrator": "work-01",
        "--second-administrator": "work-02",
        "--directory": str(directory / "secrets"),
        "--postgres": place,
        "--postgres-keys": place,
    }
    jieli("init", *(part for pair in options.items() for part in pair))
    installation = Installation(directory / "secrets")
    running = bus(installation, directory)
    held = Region(installation, {name: ports.free() for name in STARTED}, {})
    urls = {name: f"http://127.0.0.1:{held.ports.get(name) or ports.free()}" for name in places.OFFSETS}
    del urls["gateway"]
    installation.change(
        "settings",
        JIELI_SENDER="http",
        JIELI_SENDER_URL="https://sms.example/messages",
        JIELI_NATS_URL=running.url,
        JIELI_NATS_MONITOR_URL=running.monitor_url,
        JIELI_GATEWAY_SERVICE_URLS=json.dumps(urls),
    )
    try:
        running.prepare()
        running.launch()
        running.wait_ready()
        jieli("check", "--directory", str(installation.directory))
        roles = {f"ROLE_{name}": password for name, password in installation.read("database-roles").items()}
        admin = {f"JIELI_{which}DATABASE_URL": postgres.admin_url for which in ("ADMIN_", "KEYS_ADMIN_")}
        held.do("deploy.databases", **held.environ(), JIELI_REGION=REGION, **roles, **admin)
        for name in STARTED:
            held.do("shared.migrate", name, **held.environ("settings", name, f"{name}-owner"))
            held.start(name)
        yield held
    finally:
        for process in held.running.values():
            process.terminate()
        for process in held.running.values():
            process.wait(30)
        running.stop()


def test_the_apps_are_ready_and_the_centre_is_known(region: Region) -> None:
    assert all(region.ready(name) for name in STARTED)
    assert region.organisations() == ["org-centre"]


async def test_the_first_two_may_join_and_nobody_can_sign_in_yet(region: Region, postgres: TestServer) -> None:
    connection = await asyncpg.connect(f"{postgres.admin_url.rpartition('/')[0]}/r{REGION}_identity")
    rows = await connection.fetch("SELECT staff, state FROM invitation JOIN staff ON staff.id = staff ORDER BY 1")
    passwords = await connection.fetchval("SELECT count(*) FROM password")
    await connection.close()
    assert [tuple(row) for row in rows] == [("work-01", "invited"), ("work-02", "invited")]
    assert passwords == 0


def test_grant_keys_change_service_by_service_while_calls_go_through(region: Region) -> None:
    jieli("rotate", "grant", "--directory", str(region.installation.directory))
    for name in ("identity", "gateway"):
        region.restart(name)
        assert region.organisations() == ["org-centre"]


def test_a_new_token_key_is_published_without_a_restart(region: Region) -> None:
    address = f"http://127.0.0.1:{region.ports['gateway']}/.well-known/jwks.json"
    before = {key["kid"] for key in httpx.get(address, trust_env=False).json()["keys"]}
    jieli("rotate", "token", "--directory", str(region.installation.directory))
    after = {key["kid"] for key in httpx.get(address, trust_env=False).json()["keys"]}
    assert before < after and len(after) == len(before) + 1
