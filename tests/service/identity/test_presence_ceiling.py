"""The ceiling of a day is the officer's own: it goes with whoever moves to another organisation."""

import random
from collections.abc import Callable

from sqlalchemy import text

from demo import family
from services.identity.rules import presences as rules
from tests.support.apps import RunningApp
from tests.support.counter import Officer
from tests.support.sign_in import FrontEnd

SERVED = """
INSERT INTO presence (id, staff, organization, kind, task, state, tries, asked_at, ends_at)
SELECT gen_random_uuid(), :staff, 'org-a', 'code', 'intake', 'ended', 0, now(), now()
FROM generate_series(1, :times)
"""
YESTERDAY = "UPDATE presence SET asked_at = asked_at - interval '1 day' WHERE staff = :staff"


async def test_who_moves_has_no_fresh_ceiling_that_day(
    identity: RunningApp, desk: FrontEnd, officer: Callable[[], str]
) -> None:
    moved = Officer(desk, officer(), "org-b")
    ask = {"task": "intake", "phone": family.phone(random.SystemRandom())}
    async with identity.runtime.engine.begin() as connection:
        await connection.execute(text(SERVED), {"staff": moved.name, "times": rules.MOST_OF_STAFF})
    refused = await moved.post("/v1/presences", ask)
    assert (refused.status_code, refused.json()["code"]) == (429, "presence-ceiling")
    async with identity.runtime.engine.begin() as connection:
        await connection.execute(text(YESTERDAY), {"staff": moved.name})
    assert (await moved.post("/v1/presences", ask)).status_code == 201
