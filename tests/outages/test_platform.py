"""The whole platform from one command: ready, usable, unharmed by a kill of everything, stopped in order."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.launched import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """One installation; reset afterwards, whatever became of it."""
    made = Installation.fresh(tmp_path)
    yield made
    made.remove()


def works(installation: Installation) -> None:
    """Both regions issue tokens to the demonstration's systems and know their organisations."""
    for region in installation.regions().values():
        for client in region.clients:
            assert region.system("a department", client["organization"]).token
        known = httpx.get(f"{region.gateway_url}/v1/organizations", timeout=10).json()["organizations"]
        assert {entry["organization"] for entry in region.clients} <= {entry["id"] for entry in known}


def test_the_platform_starts_survives_a_kill_of_everything_and_stops_in_order(installation: Installation) -> None:
    installation.launch()
    installation.wait_ready()
    works(installation)
    installation.kill_everything()
    installation.launch()
    installation.wait_ready()
    works(installation)
    children = psutil.Process(installation.running.pid).children(recursive=True)
    assert installation.stop() == 0
    assert not [process for process in children if process.is_running()]
