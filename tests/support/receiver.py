"""A partner's system on this machine: it keeps what it is told, checks it by the published words, answers as told."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from deploy.local import ports

TOLERANCE = 300  # seconds


class Forged(Exception):
    """The message is not signed as Standard Webhooks 1.0 wants it."""


def verify(secret: str, headers: dict[str, str], body: bytes) -> None:
    """Standard Webhooks 1.0, written from its text: base64 after whsec_, HMAC-SHA256 over id.timestamp.body."""
    key = base64.b64decode(secret.split("_", 1)[1], validate=True)
    if abs(time.time() - int(headers["webhook-timestamp"])) > TOLERANCE:
        raise Forged("too old or too new")
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [each.split(",", 1) for each in headers["webhook-signature"].split(" ")]
    if not any(version == "v1" and hmac.compare_digest(expected, value) for version, value in given):
        raise Forged("no signature holds")


@dataclass(frozen=True)
class Told:
    """One message as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Its webhook-id."""
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        """What it says."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What arrived, and how the next messages are answered; `answers` beyond the last are 204. `silent`: not at all."""

    port: int = field(default_factory=ports.free)
    scheme: str = "http"
    answers: list[int] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    silent: bool = False
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it wants to be told."""
        return f"{self.scheme}://localhost:{self.port}/jieli"

    async def take(self, request: web.Request) -> web.Response:
        """One message."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.told.append(Told(headers, await request.read()))
        if self.silent:
            await self.closing.wait()
        status = self.answers.pop(0) if self.answers else 204
        return web.Response(status=status, headers={"location": "/elsewhere"} if 300 <= status < 400 else {})


@contextlib.asynccontextmanager
async def receiver(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """The partner's system until the block ends."""
    made = Receiver(scheme="https" if tls else "http")
    app = web.Application()
    app.router.add_post("/{rest:.*}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", made.port, ssl_context=tls).start()
        yield made
    finally:
        made.closing.set()
        await runner.cleanup()
