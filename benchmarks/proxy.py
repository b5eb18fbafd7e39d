"""The bare proxy: raw ASGI that checks nothing, attaches a ready-made grant and passes the answer back."""

import json
import os
from typing import Any

import aiohttp
from yarl import URL

from benchmarks import grants

LIKE = json.loads(os.environ.get("BENCH_GRANT", "{}"))
UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")
_session: list[aiohttp.ClientSession] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Forward one request."""
    if scope["type"] != "http":
        return
    if not _session:
        _session.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)))
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    path = scope["raw_path"].decode() + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
    passed = {name.decode(): value.decode() for name, value in scope["headers"] if name in PASSED}
    passed["jieli-grant"] = grants.fresh(LIKE, scope["method"], path, body.decode())
    url = URL(UPSTREAM + path, encoded=True)
    async with _session[0].request(scope["method"], url, headers=passed, data=body or None) as answer:
        content = await answer.read()
        headers = [(b"content-type", answer.content_type.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


PASSED = frozenset({b"content-type", b"idempotency-key"})
