"""Whose key a message claims is asked of the peer alone when the message could hold, and a silent peer seldom."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from gateway.federation import rules, signatures
from gateway.federation.peers import WELL_KNOWN
from gateway.federation.signatures import Message
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

REGION, BODY = "621124", b'{"request": "r-1"}'
PATH = "/federation/v1/record-requests"


@dataclass
class Elsewhere:
    """The peer's gateway: how often it was asked for its key; it answers once `free` is set, and never soundly."""

    app: RunningApp
    thumbprint: str
    free: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    at_once: int = 0

    async def send(self, message: Message, body: bytes = BODY) -> tuple[int, str]:
        async with self.app.as_() as client:
            answer = await client.post(PATH, content=body, headers=dict(message.headers))
        return answer.status_code, answer.json()["code"]

    async def ready(self) -> bool:
        async with self.app.as_() as client:
            return (await client.get("/ready")).status_code == 200

    def signed(self) -> Message:
        """What anybody can make who has read which key is pinned."""
        headers = httpx.Headers({"content-type": "application/json", "idempotency-key": str(uuid.uuid4())})
        message = Message("POST", f"http://gateway.test{PATH}", headers)
        signatures.sign(message, BODY, ec.generate_private_key(ec.SECP256R1()), self.thumbprint)
        return message

    async def metadata(self, _: web.Request) -> web.Response:
        self.asked += 1
        self.at_once += 1
        assert self.at_once == 1
        await self.free.wait()
        self.at_once -= 1
        return web.Response(text="no metadata")


@pytest.fixture
async def elsewhere(postgres: TestServer, tmp_path: Path) -> AsyncIterator[Elsewhere]:
    apps.gateway_keys(tmp_path)
    thumbprint = ECKey.generate_key("P-256").thumbprint()
    other = web.Application()
    runner = web.AppRunner(other)
    held: list[Elsewhere] = []

    async def metadata(request: web.Request) -> web.Response:
        return await held[0].metadata(request)

    other.router.add_get(WELL_KNOWN, metadata)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    pinned = {REGION: {"name": "通渭县", "gateway_url": site.name, "thumbprint": thumbprint}}
    (tmp_path / "peers.json").write_text(json.dumps(pinned))
    async with apps.running("gateway", postgres, tmp_path, peers_file=tmp_path / "peers.json") as running:
        held.append(Elsewhere(running, thumbprint))
        await until(held[0].ready)
        yield held[0]
    await runner.cleanup()


def unsigned(message: Message) -> None:
    del message.headers["signature"]


def without_digest(message: Message) -> None:
    del message.headers["content-digest"]


def long_ago(message: Message) -> None:
    named = message.headers["signature-input"]
    made = named.partition("created=")[2].partition(";")[0]
    message.headers["signature-input"] = named.replace(made, str(int(made) - rules.LIFETIME - rules.SKEW - 1))


def no_signature(message: Message) -> None:
    message.headers["signature"] = f"{signatures.LABEL}=:YWJj:"


def half_covered(message: Message) -> None:
    message.headers["signature-input"] = message.headers["signature-input"].replace(' "content-digest"', "")


CHANGES: list[Callable[[Message], None]] = [unsigned, without_digest, long_ago, no_signature, half_covered]


async def test_for_what_no_key_could_make_good_nobody_is_asked(elsewhere: Elsewhere) -> None:
    elsewhere.free.set()
    for change in CHANGES:
        message = elsewhere.signed()
        change(message)
        assert await elsewhere.send(message) == (401, "signature-invalid"), change
    assert await elsewhere.send(elsewhere.signed(), b'{"request": "r-2"}') == (401, "signature-invalid")
    assert elsewhere.asked == 0


async def test_a_peer_that_gives_no_key_is_asked_once_and_left_alone_for_a_while(elsewhere: Elsewhere) -> None:
    """Ten forged messages at once and ten after them: one question, and all are told to come back."""
    async with asyncio.TaskGroup() as group:
        at_once = [group.create_task(elsewhere.send(elsewhere.signed())) for _ in range(10)]
        elsewhere.free.set()
    after = [await elsewhere.send(elsewhere.signed()) for _ in range(10)]
    answers = [each.result() for each in at_once] + after
    assert answers.count((503, "peer-away")) == 19 and answers.count((401, "peer-unknown")) == 1
    assert elsewhere.asked == 1
