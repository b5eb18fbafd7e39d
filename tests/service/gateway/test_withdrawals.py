"""A withdrawal holds at the gateway first, whatever becomes of the registry."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from tests.support import governed
from tests.support.governed import Ask, Region, sound
from tests.support.until import until

WAITING = "INSERT INTO withdrawal (consent, seal, forwarded, at) VALUES (:consent, :seal, false, :at)"
SHUT = """
INSERT INTO withdrawal (consent, seal, forwarded, at)
SELECT gen_random_uuid(), 'shut', false, now() - interval '2 hours' FROM generate_series(1, 120)
"""
HOUR = timedelta(hours=1)


@pytest.fixture
async def consent(region: Region) -> str:
    """The consent of a referral that can be read under it."""
    referral = await region.referral()
    assert (await region.send(sound(referral))).status_code == 200
    (row,) = await region.rows("SELECT consent FROM link WHERE id = :id", id=referral)
    region.persons[row.consent] = region.persons[referral]
    return str(row.consent)


async def waits(region: Region, since: datetime, **changed: str) -> str:
    """A withdrawal that the registry could not take then; its consent."""
    row = {"consent": str(uuid.uuid4()), "seal": region.desk.seals.seal(str(uuid.uuid4()))} | changed
    await region.write(WAITING, at=since, **row)
    region.gateway.runtime.stir()
    return row["consent"]


async def carried(region: Region, consent: str) -> None:
    async def is_forwarded() -> bool:
        rows = await region.rows("SELECT forwarded FROM withdrawal WHERE consent = :consent", consent=consent)
        return [row.forwarded for row in rows] == [True]

    await until(is_forwarded)


async def test_it_is_taken_and_promised_while_the_registry_is_away(region: Region, consent: str) -> None:
    path = f"/v1/me/consents/{consent}:withdraw"

    async def gone(request: web.Request) -> None:
        if request.path == path and request.transport:
            request.transport.abort()

    region.behind.answering = gone
    person = region.token(Ask(consent, kind="resident", roles=(), bound=()))
    try:
        async with governed.client(region.gateway) as http:
            headers = person.headers("POST", path) | {"idempotency-key": str(uuid.uuid4())}
            taken = await http.post(path, headers=headers)
        assert (taken.status_code, taken.json()) == (202, {"id": consent, "state": "withdrawn"}), taken.text
        assert taken.headers["jieli-decision"] and taken.headers["jieli-receipt"]
        assert taken.headers["cache-control"] == "no-store"
        (row,) = await region.rows("SELECT id FROM link WHERE consent = :consent", consent=consent)
        refused = await region.send(sound(row.id))
        assert (refused.status_code, refused.json()["code"]) == (403, "consent-withdrawn")
    finally:
        region.behind.answering = None
    await carried(region, consent)


async def test_one_that_the_registry_does_not_answer_holds_up_no_other(
    region: Region, capsys: pytest.CaptureFixture[str]
) -> None:
    first = str(uuid.uuid4())

    async def gone(request: web.Request) -> None:
        if first in request.path and request.transport:
            request.transport.abort()

    region.behind.answering = gone
    try:
        await waits(region, datetime.now(UTC) - 2 * HOUR, consent=first)
        await carried(region, await waits(region, datetime.now(UTC) - HOUR))
        assert "withdrawal_not_carried" in capsys.readouterr().out
    finally:
        region.behind.answering = None
    await carried(region, first)


async def test_those_whose_seal_opens_no_more_hold_up_no_other(region: Region) -> None:
    await region.write(SHUT)
    await carried(region, await waits(region, datetime.now(UTC) - HOUR))
    await region.write("DELETE FROM withdrawal WHERE seal = 'shut'")
