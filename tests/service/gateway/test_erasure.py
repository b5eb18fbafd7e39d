"""People on their way out: what is wrong with one erasure keeps nobody else's from its end."""

import uuid

import pytest
from sqlalchemy import text

from gateway.exchange import desk
from shared.contracts import events
from tests.support.apps import RunningApp
from tests.support.until import until

LAST = "INSERT INTO erasing (request, seal, waits_for, records) VALUES (:request, :seal, '{}', '{}')"
NO_ID = "x" * 1000  # no event takes it


async def left(gateway: RunningApp) -> set[str]:
    async with gateway.runtime.engine.connect() as connection:
        return set((await connection.scalars(text("SELECT request FROM erasing"))).all())


async def test_an_erasure_that_fails_keeps_no_other_from_its_end(
    gateway: RunningApp, capsys: pytest.CaptureFixture[str]
) -> None:
    seals, requests = desk.at(gateway.runtime).seals, [str(uuid.uuid4()) for _ in range(2)]
    async with gateway.runtime.engine.begin() as connection:
        for request in (requests[0], NO_ID, requests[1]):
            row = {"request": request, "seal": seals.seal(str(uuid.uuid4()))}
            await connection.execute(text(LAST), row)
    gateway.runtime.stir()

    async def others_ended() -> bool:
        return await left(gateway) == {NO_ID}

    await until(others_ended)
    told = await until(lambda: completed(gateway, len(requests)))
    assert told == set(requests)
    assert "erasure_not_finished" in capsys.readouterr().out


async def completed(gateway: RunningApp, count: int) -> set[str]:
    found = {str(data["request"]) for data in gateway.bus.events(events.ErasureCompleted.subject)}
    return found if len(found) >= count else set()
