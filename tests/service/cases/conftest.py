"""The cases app over a real PostgreSQL, once for the suite; every test has a case of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.service.cases.story import Story, register_committees
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer


@pytest.fixture(scope="package")
async def cases(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    async with apps.running("cases", postgres, tmp_path_factory.mktemp("cases")) as running:
        await register_committees(running)
        yield running


@pytest.fixture
def story(cases: RunningApp) -> Story:
    return Story(cases)
