"""Connections that die, and stores that go away under load, lose no event, bury none, and show at /ready.

While nothing is heard of consents, none opens anything.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from demo import family
from demo.client import Actor
from demo.scene import HOUSING
from tests.outages import outages
from tests.support import apart, room
from tests.support.apart import Apart
from tests.support.until import until

AWAY = 10.0  # seconds
BACK = 20.0  # seconds until work goes on
SILENCE = 5.0  # seconds after which a consent of which nothing is heard opens nothing


@pytest.fixture
def folder() -> Iterator[Path]:
    with room.folder("outages") as made:
        yield made


async def test_every_event_arrives_whatever_went_away(folder: Path) -> None:
    report = await outages.story(folder, AWAY, every=False)
    assert report.wrong == dict.fromkeys(report.wrong, 0)
    assert max(report.back_after.values()) < BACK, report.back_after


async def test_five_seconds_after_the_last_word_of_consents_nothing_is_read(folder: Path) -> None:
    async with apart.running(folder) as here:
        await until(lambda: outages.nothing_missing(here), 60)
        office = here.region().system("housing office", "org-610118-housing", HOUSING)
        path = f"/v1/referrals/{await consented(here)}?fields=争议"

        async def opened() -> bool:
            return (await read(office, path))[0] == 200

        await until(opened, 30)
        async with here.without(here.nats):
            silent = asked = time.monotonic()
            answer, last_allowed = (200, ""), 0.0
            async with asyncio.timeout(4 * SILENCE):
                while answer[0] == 200:
                    last_allowed, asked = asked - silent, time.monotonic()
                    answer = await read(office, path)
            assert answer == (503, "projection-stale")
            assert last_allowed <= SILENCE
        await until(opened, 30)


async def consented(here: Apart) -> str:
    """A referral with a live consent."""
    region = here.region()
    token = region.resident("person", family.phone(random.SystemRandom())).token
    async with httpx.AsyncClient(base_url=region.gateway_url, timeout=20, trust_env=False) as http:
        person = outages.Load(http, token)
        made = await person.insist("/v1/me/intakes", {"needs": [outages.NEED], "told": True})
        await person.insist("/v1/me/consents", outages.consent(made["referrals"][0]))
    return str(made["referrals"][0]["id"])


async def read(office: Actor, path: str) -> tuple[int, str]:
    """Status and code of a governed read."""
    answer = await asyncio.to_thread(office.get, path, HOUSING, True)
    return answer.status_code, answer.json().get("code", "")
