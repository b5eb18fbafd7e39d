"""A gateway by itself; and one pair of databases for all tests of the log: creating and removing many costs minutes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.gateway import logs
from tests.support import apps, governed
from tests.support.apps import RunningApp
from tests.support.governed import Region
from tests.support.postgres import TestServer


@pytest.fixture(scope="session")
async def log_databases(postgres: TestServer) -> dict[str, str]:
    return await logs.create(postgres)


@pytest.fixture
async def empty_log(log_databases: dict[str, str]) -> dict[str, str]:
    """The addresses of a log in which nothing was ever written."""
    await logs.empty(log_databases)
    return log_databases


@pytest.fixture
async def gateway(postgres: TestServer, tmp_path: Path) -> AsyncIterator[RunningApp]:
    """A gateway that is joined with no region, over services that do not answer."""
    apps.gateway_keys(tmp_path)
    async with apps.running("gateway", postgres, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
async def region(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Region]:
    """A gateway with everything that a governed call needs, for tests that put right what they break."""
    async with governed.running(postgres, tmp_path_factory.mktemp("governed")) as held:
        yield held
