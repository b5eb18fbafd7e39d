"""One running service of referrals per module, with its town."""

from collections.abc import AsyncIterator

import pytest

from tests.service.referrals.world import World
from tests.support import apps
from tests.support.postgres import TestServer


@pytest.fixture(scope="module")
async def world(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The service with its town."""
    async with apps.running("referrals", postgres, tmp_path_factory.mktemp("referrals")) as running:
        made = World(running)
        await made.publish()
        yield made
