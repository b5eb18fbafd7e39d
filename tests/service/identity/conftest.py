"""One identity for all suites of the sign-in, with staff of its own for each test."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.service.identity.offices import Offices
from tests.service.identity.offices import seed as offices_seed
from tests.support import apps, sign_in
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.sign_in import FrontEnd

STAFF = {f"staff-{number}": ["officer"] for number in range(1, 31)}
COUNTERS = {f"counter-{number}": ["counter"] for number in range(1, 61)}
OTHERS = {f"other-{number}": ["registrar"] for number in range(1, 21)}


@pytest.fixture(scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identity")


@pytest.fixture(scope="session")
async def identity(postgres: TestServer, place: Path) -> AsyncIterator[RunningApp]:
    async with apps.running(
        "identity", postgres, place, seed_file=sign_in.seed(place, STAFF | COUNTERS | OTHERS)
    ) as running:
        yield running


@pytest.fixture(scope="session")
def unused() -> Callable[[], str]:
    """A member of staff whom no other test signed in."""
    names = iter(STAFF)
    return lambda: next(names)


@pytest.fixture(scope="session")
def officer() -> Callable[[], str]:
    """Somebody at a counter of org-a whom no other test signed in."""
    names = iter(COUNTERS)
    return lambda: next(names)


@pytest.fixture(scope="session")
def colleague() -> Callable[[], str]:
    """Somebody at a counter of another organisation, org-b, whom no other test signed in."""
    names = iter(OTHERS)
    return lambda: next(names)


@pytest.fixture
async def desk(identity: RunningApp, place: Path) -> AsyncIterator[FrontEnd]:
    async with identity.as_() as http:
        yield FrontEnd(identity, http, place)


@pytest.fixture
async def portal(identity: RunningApp, place: Path) -> AsyncIterator[FrontEnd]:
    async with identity.as_() as http:
        yield FrontEnd(identity, http, place, "portal", "resident")


@pytest.fixture(scope="session")
async def offices(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Offices]:
    directory = tmp_path_factory.mktemp("offices")
    async with apps.running("identity", postgres, directory, seed_file=offices_seed(directory)) as running:
        yield Offices(running)
