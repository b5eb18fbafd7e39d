"""From a referral's commit to the commit of the gateway that heard of it."""

import asyncio
import json
import time
import uuid

import asyncpg
import httpx

from benchmarks.figures import Side
from benchmarks.stage import Stage
from benchmarks.writes import NEED

SAMPLES = 150
LOOK = 0.001  # seconds between looks


async def arrived(connection: "asyncpg.Connection[asyncpg.Record]", referral: str) -> None:
    """Look each millisecond until the gateway has committed the link."""
    for _ in range(10_000):
        if await connection.fetchval("SELECT 1 FROM link WHERE id = $1", referral):
            return
        await asyncio.sleep(LOOK)
    raise RuntimeError("the event did not arrive within 10 s")


async def measure(stage: Stage) -> Side:
    """Answer received (so committed) until the link is visible at the gateway; resolution about 1 ms."""
    side = Side("commit to the consumer's commit")
    here = stage.installation.regions()["receiving"]
    token = stage.resident()
    url = stage.environ["JIELI_GATEWAY_DATABASE_URL"].replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(url)
    begun = time.perf_counter()
    async with httpx.AsyncClient(base_url=here.gateway_url, timeout=30, trust_env=False) as http:
        for _ in range(SAMPLES):
            keyed = token.headers("POST", "/v1/me/intakes") | {"idempotency-key": str(uuid.uuid4())}
            answer = await http.post("/v1/me/intakes", json={"needs": [NEED], "told": True}, headers=keyed)
            committed = time.perf_counter()
            referral = json.loads(answer.content)["referrals"][0]["id"]
            await arrived(connection, referral)
            side.latencies.append(time.perf_counter() - committed)
    await connection.close()
    side.rates.append(SAMPLES / (time.perf_counter() - begun))
    return side
