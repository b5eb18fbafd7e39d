"""A load client in a process of its own: N connections for some seconds; prints every latency as JSON.

It is Python too: where it is the limit, all sides suffer alike, and differences come out smaller than they are.
"""

import asyncio
import json
import sys
import time
import uuid
from typing import Any

import aiohttp
from yarl import URL

from benchmarks import grants
from demo.tokens import Token


async def worker(session: aiohttp.ClientSession, plan: dict[str, Any], until: float, found: list[float]) -> int:
    """One connection's loop; counts what was not answered as expected."""
    wrong = 0
    turn = 0
    token = Token.of(plan["token"]) if plan.get("token") else None
    while time.perf_counter() < until:
        target = plan["targets"][turn % len(plan["targets"])]
        turn += 1
        headers = dict(plan["headers"])
        if plan.get("grant"):
            headers["jieli-grant"] = grants.fresh(plan["grant"], plan["method"], target, plan.get("body", ""))
        if token:
            headers |= token.headers(plan["method"], target)
        if plan["method"] == "POST":
            headers["idempotency-key"] = str(uuid.uuid4())
        started = time.perf_counter()
        url = URL(plan["base"] + target, encoded=True)
        async with session.request(plan["method"], url, headers=headers, data=plan.get("body")) as answer:
            await answer.read()
            wrong += answer.status != plan["expect"]
        found.append(time.perf_counter() - started)
    return wrong


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """All connections at once."""
    connector = aiohttp.TCPConnector(limit=plan["connections"])
    async with aiohttp.ClientSession(connector=connector) as session:
        found: list[float] = []
        begun = time.perf_counter()
        until = begun + plan["seconds"]
        wrong = sum(await asyncio.gather(*(worker(session, plan, until, found) for _ in range(plan["connections"]))))
        return {"latencies": found, "wrong": wrong, "seconds": time.perf_counter() - begun}


def main() -> None:
    """The plan comes on standard input, the result goes to standard output."""
    print(json.dumps(asyncio.run(run(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
