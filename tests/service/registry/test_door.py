"""What an attacker inside the process meets: no key without a decision, and not everybody's at once."""

from pathlib import Path

import pytest

from shared.door import NoEvidence
from tests.service.registry.conftest import subject_of
from tests.service.registry.rotating import read, write
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer


async def test_no_value_opens_outside_of_a_call_an_event_or_a_job(registry: RunningApp, person: grants.Caller) -> None:
    for attempt in (registry.runtime.vault.keys([subject_of(person)]), registry.runtime.vault.seal("one", "here", b"")):
        with pytest.raises(NoEvidence):
            await attempt


async def test_a_grant_that_names_no_decision_opens_nothing(registry: RunningApp, person: grants.Caller) -> None:
    person.claims["decision"] = ""
    assert await read(registry, person) == (500, "internal")


async def test_beyond_the_ceiling_nothing_opens_and_the_metric_says_so(postgres: TestServer, tmp_path: Path) -> None:
    async with apps.running("registry", postgres, tmp_path, keys_a_minute=6) as registry:
        [caller, *_] = await write(registry, 3)
        answers = [await read(registry, caller) for _ in range(5)]
        assert answers[0][0] == 200
        assert answers[-1] == (503, "unavailable")
        async with registry.as_() as client:
            lines = (await client.get("/metrics")).text.splitlines()
        assert 'jieli_persons_keys_total{reason="refused"} 2.0' in lines
        assert 'jieli_persons_keys_total{reason="decision"} 6.0' in lines
