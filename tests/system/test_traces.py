"""One trace from the request at the gateway through the service and the bus to whoever heard of it."""

import json
import random
import uuid
from pathlib import Path
from typing import Any

from demo import family
from tests.support.launched import Installation
from tests.support.until import until

NEED = {"service": "HOU-04", "answers": {"姓名": "某人", "争议": "押金"}}


async def test_an_intake_is_one_trace_over_http_and_nats_without_its_content(platform: Installation) -> None:
    actor = platform.regions()["receiving"].resident("somebody", family.phone(random.SystemRandom()))
    trace = uuid.uuid4().hex
    headers = actor.token.headers("POST", "/v1/me/intakes") | {
        "idempotency-key": str(uuid.uuid4()),
        "traceparent": f"00-{trace}-{trace[:16]}-01",
    }
    answer = actor.region.http.post("/v1/me/intakes", json={"needs": [NEED], "told": True}, headers=headers)
    assert answer.status_code == 201

    async def told() -> bool:
        return spans(platform, trace) >= {
            ("gateway", "POST /v1/me/intakes"),
            ("referrals", "POST /v1/me/intakes"),
            ("gateway", "handle referrals.referral.drafted.v1"),
        }

    await until(told, 30)
    assert "某人" not in written(platform) and json.dumps("某人")[1:-1] not in written(platform)


def written(platform: Installation) -> str:
    """The trace file of the whole platform."""
    return Path(platform.environ["JIELI_TRACE_FILE"]).read_text()


def spans(platform: Installation, trace: str) -> set[tuple[str, str]]:
    """The app and name of every span of a trace."""
    found: set[tuple[str, str]] = set()
    for line in written(platform).splitlines():
        if trace in line:
            span: dict[str, Any] = json.loads(line)
            found.add((span["resource"]["attributes"]["service.name"], span["name"]))
    return found
