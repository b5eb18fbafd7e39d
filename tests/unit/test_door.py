"""The door to persons' keys: evidence is wanted each time, and a process has a ceiling."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry, Counter

from shared import door
from shared.door import Door, NoEvidence, evidence
from shared.problems import Problem


@pytest.fixture
def counts() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def entrance(counts: CollectorRegistry) -> Door:
    """A door for three keys in a minute."""
    return Door(3, Counter("keys", "Keys.", ["reason"], registry=counts))


@pytest.mark.parametrize("name", [None, ""])
def test_nobody_enters_without_evidence(entrance: Door, name: str | None) -> None:
    with pytest.raises(NoEvidence):
        if name is None:
            entrance.enter(1)
        with evidence("decision", name or ""):
            entrance.enter(1)


def test_evidence_ends_with_what_it_was_for(entrance: Door) -> None:
    with evidence("job", "tidy"):
        with evidence("event", ""), pytest.raises(NoEvidence):
            entrance.enter(1)
        entrance.enter(1)
    with pytest.raises(NoEvidence):
        entrance.enter(1)


async def test_evidence_of_one_task_is_none_for_another(entrance: Door) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def decided() -> None:
        with evidence("decision", "one"):
            begun.set()
            await done.wait()

    task = asyncio.create_task(decided())
    await begun.wait()
    with pytest.raises(NoEvidence):
        entrance.enter(1)
    done.set()
    await task


def test_the_ceiling_is_for_a_minute(
    entrance: Door, counts: CollectorRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr(door.time, "monotonic", lambda: now)
    with evidence("decision", "one"):
        entrance.enter(2)
        with pytest.raises(Problem) as refused:
            entrance.enter(2)
        assert (refused.value.kind.status, refused.value.kind.code) == (503, "persons-keys-too-many")
        entrance.enter(1)
        now += 59.9
        with pytest.raises(Problem):
            entrance.enter(1)
        now += 0.1
        entrance.enter(3)
    assert counts.get_sample_value("keys_total", {"reason": "decision"}) == 6
    assert counts.get_sample_value("keys_total", {"reason": "refused"}) == 3
