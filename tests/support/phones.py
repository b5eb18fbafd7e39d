"""A gateway for text messages on this machine: it keeps what it gets, and answers as it is told."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from deploy.local import ports


@dataclass
class Phones:
    """What arrived, and how the next messages are answered; `answers` beyond the last are 200."""

    port: int
    answers: list[int] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    silent: bool = False
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where to send to."""
        return f"http://127.0.0.1:{self.port}/messages"

    async def take(self, request: web.Request) -> web.Response:
        """One message: answered at once, unless the gateway is silent."""
        if self.silent:
            await self.closing.wait()
        body = json.loads(await request.read())
        self.asked.append((request.path, request.headers.get("authorization", ""), body))
        answer = self.answers.pop(0) if self.answers else 200
        if answer == 200:
            self.received.append(body)
        return web.Response(status=answer)


@contextlib.asynccontextmanager
async def phones() -> AsyncIterator[Phones]:
    """The gateway until the block ends."""
    made = Phones(ports.free())
    app = web.Application()
    app.router.add_post("/{rest:.*}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", made.port).start()
        yield made
    finally:
        made.closing.set()
        await runner.cleanup()
