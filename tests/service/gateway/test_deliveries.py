"""Errands to other regions that lead nowhere: whoever asked is told, once."""

import uuid
from typing import Any

from sqlalchemy import text

from shared.contracts.events import RecordRequestMade, RecordRequestReleased
from tests.support.apps import RunningApp
from tests.support.until import until

NOBODY = "330106"


async def deliveries(gateway: RunningApp) -> list[Any]:
    async with gateway.runtime.engine.connect() as connection:
        return list((await connection.execute(text("SELECT request, state FROM delivery"))).all())


async def test_a_region_that_nobody_knows_is_given_up_and_the_registry_hears_of_it(gateway: RunningApp) -> None:
    request = str(uuid.uuid4())
    made = RecordRequestMade(request=request, peer=NOBODY, record_type="vaccination", seal="s")
    await gateway.receive("registry", request, 1, made)

    async def told() -> list[dict[str, Any]]:
        return gateway.bus.events("gateway.record-request.undelivered.v1")

    assert await until(told) == [{"request": request, "peer": NOBODY}]
    assert [tuple(row) for row in await deliveries(gateway)] == [(request, "undeliverable")]


async def test_a_record_that_cannot_be_sent_is_given_up_in_silence(gateway: RunningApp) -> None:
    """Whoever asked sits in the other region and cannot be reached either."""
    request = str(uuid.uuid4())
    released = RecordRequestReleased(request=request, peer=NOBODY, record_type="vaccination", seal="s")
    await gateway.receive("registry", request, 1, released)

    async def settled() -> bool:
        return [row.state for row in await deliveries(gateway)] == ["undeliverable"]

    await until(settled)
    assert not gateway.bus.events("gateway.record-request.undelivered.v1")
