"""The door to persons' keys: evidence is wanted each time, and a process has a ceiling."""

import asyncio
import uuid

import pytest
from prometheus_client import CollectorRegistry, Counter

from shared import door
from shared.door import Crowded, Door, NoEvidence, evidence


@pytest.fixture
def counts() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def entrance(counts: CollectorRegistry) -> Door:
    """A door for three keys in a minute."""
    return Door(3, Counter("keys", "Keys.", ["reason"], registry=counts))


def people(count: int) -> list[str]:
    """So many people whom nobody met before."""
    return [str(uuid.uuid4()) for _ in range(count)]


@pytest.mark.parametrize("name", [None, ""])
def test_nobody_enters_without_evidence(entrance: Door, name: str | None) -> None:
    with pytest.raises(NoEvidence):
        if name is None:
            entrance.enter(people(1))
        with evidence("decision", name or ""):
            entrance.enter(people(1))


def test_evidence_ends_with_what_it_was_for(entrance: Door) -> None:
    with evidence("job", "tidy"):
        with evidence("event", ""), pytest.raises(NoEvidence):
            entrance.enter(people(1))
        entrance.enter(people(1))
    with pytest.raises(NoEvidence):
        entrance.enter(people(1))


async def test_evidence_of_one_task_is_none_for_another(entrance: Door) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def decided() -> None:
        with evidence("decision", "one"):
            begun.set()
            await done.wait()

    task = asyncio.create_task(decided())
    await begun.wait()
    with pytest.raises(NoEvidence):
        entrance.enter(people(1))
    done.set()
    await task


def test_the_ceiling_is_for_a_minute(
    entrance: Door, counts: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr(door.time, "monotonic", lambda: now)
    with evidence("decision", "one"):
        entrance.enter(people(2))
        with pytest.raises(Crowded):
            entrance.enter(people(2))
        entrance.enter(people(1))
        now += 59.9
        with pytest.raises(Crowded):
            entrance.enter(people(1))
        now += 0.1
        entrance.enter(people(3))
    assert counts.get_sample_value("keys_total", {"reason": "decision"}) == 6
    assert counts.get_sample_value("keys_total", {"reason": "refused"}) == 3


def test_on_one_decision_a_person_counts_once_and_to_a_job_each_time(entrance: Door, counts: CollectorRegistry) -> None:
    with evidence("decision", "one"):
        for _ in range(5):
            entrance.enter(["she"])
    with evidence("job", "look"):
        for _ in range(2):
            entrance.enter(["she"])
        with pytest.raises(Crowded):
            entrance.enter(["she"])
    assert counts.get_sample_value("keys_total", {"reason": "decision"}) == 1
    assert counts.get_sample_value("keys_total", {"reason": "job"}) == 2
