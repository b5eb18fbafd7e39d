"""What an office accepted is open to it at once, whenever the event of it comes; an old answer changes nothing."""

import uuid
from collections.abc import Iterator

import pytest

from tests.support.governed import Region, sound

MOVED = {"id": str(uuid.uuid4()), "state": "accepted", "fhir": "accepted", "version": 3}


@pytest.fixture
def moving(region: Region) -> Iterator[Region]:
    """Whatever the service is asked, it says that the referral was accepted."""
    kept, region.behind.body = region.behind.body, MOVED | {"fields": {"姓名": "某人"}}
    yield region
    region.behind.body = kept


async def status(region: Region, referral: str, verb: str = "") -> tuple[int, str]:
    answer = await region.send(sound(referral, verb=verb))
    return answer.status_code, answer.json().get("code", "")


async def test_what_was_accepted_is_open_to_the_next_call(moving: Region) -> None:
    referral = await moving.referral(state="requested")
    assert await status(moving, referral) == (403, "fields-not-agreed")
    assert await status(moving, referral, "accept") == (200, "")
    assert await status(moving, referral) == (200, "")


async def test_an_answer_that_was_kept_under_its_key_takes_nothing_back(moving: Region) -> None:
    referral = await moving.referral(state="in_progress")
    assert await status(moving, referral, "accept") == (200, "")
    (row,) = await moving.rows("SELECT state FROM link WHERE id = :id", id=referral)
    assert row.state == "in_progress"


async def test_what_was_rejected_opens_no_more_than_before(moving: Region) -> None:
    referral = await moving.referral(state="requested")
    moving.behind.body = MOVED | {"state": "rejected"}
    assert await status(moving, referral, "reject") == (200, "")
    assert await status(moving, referral) == (403, "fields-not-agreed")
