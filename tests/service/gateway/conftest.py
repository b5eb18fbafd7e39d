"""A gateway by itself; and one pair of databases for all tests of the log: creating and removing many costs minutes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.gateway import logs
from tests.service.gateway import place as places
from tests.service.gateway.place import Place
from tests.support import apps, governed, receiver
from tests.support.apps import RunningApp
from tests.support.governed import Region
from tests.support.postgres import TestServer
from tests.support.receiver import Receiver


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


@pytest.fixture(scope="module")
async def place(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """A gateway, and whoever tells it of organisations and referrals."""
    async for each in places.gateway(postgres, tmp_path_factory.mktemp("place")):
        yield each


@pytest.fixture
async def partner() -> AsyncIterator[Receiver]:
    """A partner's system, which takes what it is told."""
    async with receiver.receiver() as made:
        yield made


@pytest.fixture
async def organisation(place: Place, partner: Receiver) -> str:
    """An organisation that is told of its referrals at the partner's system."""
    name = await place.organisation()
    await place.registered(name, partner)
    return name


@pytest.fixture(scope="session")
async def region(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Region]:
    """A gateway with everything that a governed call needs, for tests that put right what they break."""
    async with governed.running(postgres, tmp_path_factory.mktemp("governed")) as held:
        yield held
