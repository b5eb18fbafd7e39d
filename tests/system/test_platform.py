"""The whole platform from one command: ready, usable, unharmed by a kill of everything, stopped in order."""

import contextlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local import places, ports
from tests.support.until import until

READY = "Jieli is ready"


@dataclass
class Launched:
    """A launcher in a process of its own."""

    process: subprocess.Popen[str]
    output: Path

    def said(self) -> str:
        """Everything it printed so far."""
        return self.output.read_text(encoding="utf-8")

    async def ready(self) -> None:
        """Waits until it says that Jieli is ready. Fails at once when it ended instead."""

        async def settled() -> bool:
            return READY in self.said() or self.process.poll() is not None

        await until(settled, 90)
        assert READY in self.said(), self.said()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of one installation; reset afterwards, whatever became of it."""
    first = ports.free() % 20000 + 30200
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(places.ROOT),
        "JIELI_RUN_DIR": str(tmp_path / "run"),
        "JIELI_PORT_BASE_610118": str(first),
        "JIELI_PORT_BASE_621124": str(first + 100),
    }
    yield environ
    subprocess.run([sys.executable, "-m", "deploy.local.run", "reset"], env=environ, cwd=places.ROOT, check=True)


def launch(place: dict[str, str], directory: Path) -> Launched:
    """Starts the platform in the background."""
    output = directory / f"output-{uuid.uuid4()}"
    with output.open("w", encoding="utf-8") as file:
        command = [sys.executable, "-m", "deploy.local.run"]
        process = subprocess.Popen(
            command, env=place, cwd=places.ROOT, stdout=file, stderr=subprocess.STDOUT, text=True
        )
    return Launched(process, output)


def token(region: dict[str, Any]) -> httpx.Response:
    """A system of the demonstration asks the gateway for an access token (RFC 7523)."""
    client, now = region["clients"][0], int(time.time())
    claims = {
        "iss": client["client"],
        "sub": client["client"],
        "aud": region["gateway_url"],
        "iat": now,
        "exp": now + 60,
    }
    key = ECKey.import_key(Path(client["key_file"]).read_text(encoding="ascii"))
    signed = jwt.encode({"alg": "ES256", "kid": client["kid"]}, {**claims, "jti": str(uuid.uuid4())}, key)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }
    return httpx.post(f"{region['gateway_url']}/v1/token", data=form, timeout=10)


def works(place: dict[str, str]) -> None:
    """Both regions issue tokens to the demonstration's systems and know their organisations."""
    written = Path(place["JIELI_RUN_DIR"]) / "demonstration.json"
    for region in json.loads(written.read_text(encoding="utf-8")).values():
        assert token(region).status_code == 200, region["gateway_url"]
        known = httpx.get(f"{region['gateway_url']}/v1/organizations", timeout=10).json()["organizations"]
        assert {entry["organization"] for entry in region["clients"]} <= {entry["id"] for entry in known}


async def test_the_platform_starts_survives_a_kill_of_everything_and_stops_in_order(
    place: dict[str, str], tmp_path: Path
) -> None:
    first = launch(place, tmp_path)
    await first.ready()
    works(place)
    parent = psutil.Process(first.process.pid)
    everything = [parent, *parent.children(recursive=True)]
    for process in everything:
        with contextlib.suppress(psutil.NoSuchProcess):  # PostgreSQL's workers come and go
            process.kill()
    assert first.process.wait() != 0
    second = launch(place, tmp_path)
    await second.ready()
    works(place)
    children = psutil.Process(second.process.pid).children(recursive=True)
    second.process.terminate()
    assert second.process.wait() == 0
    assert not [process for process in children if process.is_running()]
