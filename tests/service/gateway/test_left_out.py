"""An agreement in force that opens nothing is no secret of the machine: the log names it once, a metric counts it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from gateway.agreements import files
from gateway.exchange import desk
from shared.contracts import vocabulary
from tests.support.apps import RunningApp
from tests.support.until import until

DEMONSTRATION = Path(__file__).parents[3] / "demo" / "agreements" / "610118"
WRITTEN = (
    "INSERT INTO agreement (id, version, hash, consent_hash, state, body, valid_from, valid_until)"
    " VALUES (:id, 1, '', '', :state, CAST(:body AS jsonb), now(), now() + interval '1 year')",
    "INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)"
    " VALUES (:id, 1, 'activated', 'provider', '', '', now())",
)


async def written(gateway: RunningApp, agreement: str, state: str, body: object) -> None:
    """What an earlier release took."""
    async with gateway.runtime.engine.begin() as connection:
        for statement in WRITTEN:
            row = {"id": agreement, "state": state, "body": json.dumps(body)}
            wanted = row if ":state" in statement else {"id": agreement}
            await connection.execute(text(statement), wanted)


async def counted(gateway: RunningApp, wanted: int) -> None:
    async def there() -> bool:
        async with gateway.as_() as client:
            return f"\njieli_agreements_left_out {wanted}.0\n" in (await client.get("/metrics")).text

    await until(there)


async def test_what_is_left_out_of_the_decision_is_named_once_and_counted(
    gateway: RunningApp, capsys: pytest.CaptureFixture[str]
) -> None:
    good: dict[str, Any] = msgspec.to_builtins(files.read(DEMONSTRATION, vocabulary.load())[0])
    await counted(gateway, 0)
    await written(gateway, "agr-unread", "suspended", good | {"agreement_id": "agr-unread", "scenario": "x" * 2001})
    await written(gateway, "agr-onward", "active", good | {"agreement_id": "agr-onward", "onward": True})
    await written(gateway, "agr-past", "terminated", {})
    await counted(gateway, 2)
    known = desk.at(gateway.runtime).known
    await known.read(gateway.runtime)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "agreement_left_out" in line]
    named = [(line["level"], line["detail"], line["code"]) for line in lines]
    assert sorted(named) == [
        ("error", "agr-onward", "onward-transfer"),
        ("error", "agr-unread", "agreement-unreadable"),
    ]
    async with gateway.runtime.engine.begin() as connection:
        await connection.execute(text("UPDATE agreement SET state = 'terminated' WHERE id LIKE 'agr-%'"))
    await counted(gateway, 0)
