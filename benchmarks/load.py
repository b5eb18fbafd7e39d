"""A load client in a process of its own: N connections to one or more servers in turn; prints every latency as JSON.

It is Python too: where it is the limit, all sides suffer alike, and differences come out smaller than they are.
"""

import asyncio
import functools
import itertools
import json
import sys
import time
import uuid
from typing import Any
from urllib.parse import urlencode

import aiohttp
from joserfc import jwt
from joserfc.jwk import ECKey
from yarl import URL

from benchmarks import grants
from demo import tokens
from demo.client import CLIENT_ASSERTION
from demo.tokens import Token


def asking(client: str, key: str, issuer: str) -> tuple[dict[str, str], str]:
    """Headers and body of a token request by this client, proved afresh; `key` is its private key (PEM)."""
    held, now = _key(key), int(time.time())
    claims = {"iss": client, "sub": client, "aud": issuer, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": CLIENT_ASSERTION,
        "client_assertion": jwt.encode({"alg": "ES256"}, claims, held, algorithms=["ES256"]),
    }
    proof = tokens.proof(held, "POST", f"{issuer}/v1/token")
    return {"content-type": "application/x-www-form-urlencoded", "dpop": proof}, urlencode(form)


@functools.cache
def _key(pem: str) -> ECKey:
    return ECKey.import_key(pem)


async def worker(
    session: aiohttp.ClientSession, base: str, plan: dict[str, Any], until: float, found: list[float]
) -> int:
    """One connection's loop; counts what was not answered as expected."""
    wrong = 0
    turn = 0
    token = Token.of(plan["token"]) if plan.get("token") else None
    while time.perf_counter() < until:
        target = plan["targets"][turn % len(plan["targets"])]
        turn += 1
        headers, body = dict(plan["headers"]), plan.get("body")
        if plan.get("asks"):
            proved, body = asking(**plan["asks"])
            headers |= proved
        if plan.get("grant"):
            headers["jieli-grant"] = grants.fresh(plan["grant"], plan["method"], target, body or "")
        if token:
            headers |= token.headers(plan["method"], target)
        if plan["method"] == "POST":
            headers["idempotency-key"] = str(uuid.uuid4())
        started = time.perf_counter()
        url = URL(base + target, encoded=True)
        async with session.request(plan["method"], url, headers=headers, data=body) as answer:
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
        bases = itertools.islice(itertools.cycle(plan["bases"]), plan["connections"])
        wrong = sum(await asyncio.gather(*(worker(session, base, plan, until, found) for base in bases)))
        return {"latencies": found, "wrong": wrong, "seconds": time.perf_counter() - begun}


def main() -> None:
    """The plan comes on standard input, the result goes to standard output."""
    print(json.dumps(asyncio.run(run(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
