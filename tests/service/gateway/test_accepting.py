"""What an office accepted is open to its next call, whenever the event comes; no other answer opens it."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts import events
from tests.support.governed import CENTRE, CONSUMERS, EDUCATION, Region, sound

CLOSED = (403, "fields-not-agreed")
STANDS = "SELECT state FROM link WHERE id = :id"
STUCK = """
INSERT INTO dead_letter (event, source, aggregate, seq, subject, reason, payload)
VALUES (:id, 'referrals', 'another', 1, 'referrals.referral.accepted.v1', 'ValueError', '')
"""


@pytest.fixture
def moving(region: Region) -> Iterator[Region]:
    """A test says what the service answers."""
    kept = region.behind.body, region.behind.status
    yield region
    region.behind.body, region.behind.status = kept


def answers(region: Region, referral: str, status: int = 200, **changed: Any) -> None:
    """To whatever it is asked the service says that the referral was accepted."""
    moved = {"id": referral, "state": "accepted", "fhir": "accepted", "version": 3, "fields": {"姓名": "某人"}}
    region.behind.body, region.behind.status = moved | changed, status


async def came(region: Region, referral: str, verb: str = "") -> tuple[int, str]:
    answer = await region.send(sound(referral, verb=verb))
    return answer.status_code, answer.json().get("code", "")


async def test_what_was_accepted_is_open_to_the_next_call_and_the_event_still_changes_something(moving: Region) -> None:
    """Whoever listens to changes of the state, as webhooks do, hears of this one."""
    referral = await moving.referral(state="requested")
    answers(moving, referral)
    assert await came(moving, referral) == CLOSED
    assert await came(moving, referral, "accept") == (200, "")
    assert await came(moving, referral) == (200, "")
    assert [row.state for row in await moving.rows(STANDS, id=referral)] == ["requested"]


async def test_whatever_event_comes_after_decides(moving: Region) -> None:
    referral = await moving.referral(state="requested")
    answers(moving, referral)
    assert await came(moving, referral, "accept") == (200, "")
    seal = moving.desk.seals.seal(moving.persons[referral])
    link = {"referral": referral, "service": "EDU-01", "provider": CENTRE, "recipient": CONSUMERS[EDUCATION]}
    cancelled = events.ReferralCancelled(**link, state="cancelled", seal=seal)
    await moving.gateway.receive("referrals", referral, 1, cancelled)
    assert await came(moving, referral) == (404, "not-found")


@pytest.mark.parametrize(
    "answered",
    [
        pytest.param({"id": str(uuid.uuid4())}, id="of another referral"),
        pytest.param({"state": "in_progress"}, id="another state"),
        pytest.param({"state": "rejected"}, id="rejected"),
        pytest.param({"status": 202}, id="not yet"),
        pytest.param({"status": 409, "code": "state-conflict"}, id="refused"),
    ],
)
async def test_no_other_answer_opens_it(moving: Region, answered: dict[str, Any]) -> None:
    referral = await moving.referral(state="requested")
    answers(moving, referral, **answered)
    await came(moving, referral, "accept")
    answers(moving, referral)
    assert await came(moving, referral) == CLOSED


async def test_while_an_event_is_stuck_an_old_answer_opens_nothing(moving: Region) -> None:
    referral = await moving.referral(state="requested")
    answers(moving, referral)
    await moving.write(STUCK, id=uuid.uuid4())
    assert await came(moving, referral, "accept") == (200, "")
    assert await came(moving, referral) == CLOSED
    await moving.write("DELETE FROM dead_letter")
