"""An intent whose gateway died is closed as unknown, once; one that ended or was refused is left alone."""

import json
import uuid
from datetime import UTC, datetime, timedelta

from gateway.audit import sweep
from gateway.audit.rules.entries import Outcome, Phase
from tests.service.gateway import logs


async def test_what_nobody_ended_is_closed_as_unknown_and_the_tree_still_verifies(empty_log: dict[str, str]) -> None:
    left, ended, refused = (str(uuid.uuid4()) for _ in range(3))
    async with logs.opened(empty_log) as held:
        await held.log.append(logs.entry(decision=left, person="person-1"))
        await held.log.append(logs.entry(decision=ended))
        await held.log.append(logs.entry(decision=ended, phase=Phase.OUTCOME, outcome=Outcome.RELEASED))
        await held.log.append(logs.entry(decision=refused, permitted=False, reason="consent-withdrawn"))
        soon = datetime.now(UTC) + timedelta(seconds=1)
        assert await sweep.sweep(held.engine, held.log, soon - timedelta(seconds=60)) == 0, (
            "calls in hand are left alone"
        )
        assert await sweep.sweep(held.engine, held.log, soon) == 1
        assert await sweep.sweep(held.engine, held.log, soon + timedelta(seconds=60)) == 0
        bodies = [json.loads(line.body) for line in await held.lines()]
        assert await held.verified() == 5
    assert (bodies[-1]["decision"], bodies[-1]["outcome"]) == (left, "unknown")
