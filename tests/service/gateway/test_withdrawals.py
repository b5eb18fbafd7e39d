"""A withdrawal holds at the gateway first, whatever becomes of the registry."""

import uuid

import pytest
from aiohttp import web

from tests.support import governed
from tests.support.governed import Ask, Region, sound
from tests.support.until import until


@pytest.fixture
async def consent(region: Region) -> str:
    """The consent of a referral that can be read under it."""
    referral = await region.referral()
    assert (await region.send(sound(referral))).status_code == 200
    (row,) = await region.rows("SELECT consent FROM link WHERE id = :id", id=referral)
    region.persons[row.consent] = region.persons[referral]
    return str(row.consent)


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

    async def carried() -> bool:
        rows = await region.rows("SELECT forwarded FROM withdrawal WHERE consent = :consent", consent=consent)
        return [row.forwarded for row in rows] == [True]

    await until(carried)
