"""A publisher and a consumer with a database each, and the buses that join them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.nats import Nats
from shared import bus as buses
from shared.bus import Bus
from tests.bus import platform
from tests.bus.platform import Side
from tests.support.bus import MemoryBus
from tests.support.postgres import TestServer


@pytest.fixture
async def publisher(postgres: TestServer) -> AsyncIterator[Side]:
    async with platform.side(postgres) as made:
        yield made


@pytest.fixture
async def consumer(postgres: TestServer) -> AsyncIterator[Side]:
    async with platform.side(postgres) as made:
        yield made


@pytest.fixture(params=["memory", "memory, out of order", "jetstream"])
async def pair(request: pytest.FixtureRequest, fresh_nats: Nats, tmp_path: Path) -> AsyncIterator[tuple[Bus, Bus]]:
    """The publisher's bus and the consumer's."""
    if request.param != "jetstream":
        shared = MemoryBus(shuffled="order" in request.param)
        yield shared, shared
        return
    sending = await buses.connect(platform.nats_settings("identity", fresh_nats, tmp_path))
    receiving = await buses.connect(platform.nats_settings("gateway", fresh_nats, tmp_path))
    yield sending, receiving
    await sending.stop()
