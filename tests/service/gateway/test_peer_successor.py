"""A region gives its federation key a successor: who pinned both goes on taking its messages, before and after."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from joserfc.jwk import ECKey

from gateway.federation import rules, signatures
from gateway.federation.peers import FEDERATION_KEY, WELL_KNOWN, Peers
from gateway.federation.rules import Verifiers
from gateway.federation.signatures import Message
from shared.problems import Problem
from tests.support import apps

BODY, URL = b"{}", "http://gateway.test/federation/v1/record-requests"
DATABASE = {"DATABASE_URL": "postgresql+asyncpg://nobody"}


class Region:
    """The region whose key changes: it publishes and signs by the key that lies in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""

    @property
    def peers(self) -> Peers:
        return Peers(apps.settings("gateway", DATABASE, self.folder, region="621124"), Verifiers("", ""))

    def take(self, key: ECKey) -> None:
        (self.folder / FEDERATION_KEY).write_bytes(key.as_pem(private=True))

    def message(self) -> Message:
        headers = httpx.Headers({"content-type": "application/json", "idempotency-key": "12345678"})
        made, own = Message("POST", URL, headers), self.peers.own
        signatures.sign(made, BODY, own.private, own.kid)
        return made


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Region]:
    region = Region(tmp_path / "elsewhere")
    region.folder.mkdir()

    async def metadata(_: web.Request) -> web.Response:
        return web.Response(text=region.peers.metadata())

    app = web.Application()
    app.router.add_get(WELL_KNOWN, metadata)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    region.url = site.name
    yield region
    await runner.cleanup()


@pytest.fixture
def keys() -> list[ECKey]:
    return [ECKey.generate_key("P-256") for _ in range(3)]


def pinning(folder: Path, elsewhere: Region, *keys: ECKey) -> Peers:
    """Our side, with these keys of the other region pinned."""
    (folder / FEDERATION_KEY).write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    pin = ",".join(key.thumbprint() for key in keys)
    (folder / "peers.json").write_text(
        json.dumps({"621124": {"name": "通渭县", "gateway_url": elsewhere.url, "thumbprint": pin}})
    )
    return Peers(apps.settings("gateway", DATABASE, folder, peers_file=folder / "peers.json"), Verifiers("", ""))


async def test_both_pinned_keys_are_taken_before_and_after_the_change(
    elsewhere: Region, tmp_path: Path, keys: list[ECKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ASK_AGAIN", 0.0)
    old, new, _ = keys
    ours = pinning(tmp_path, elsewhere, new, old)
    elsewhere.take(old)
    late = elsewhere.message()
    await ours.proof_of(ours.by_region["621124"], elsewhere.message(), BODY)
    elsewhere.take(new)
    for message in (elsewhere.message(), late):
        assert ours.by_thumbprint[signatures.key_id(message)].region == "621124"
        await ours.proof_of(ours.by_region["621124"], message, BODY)


async def test_a_key_that_nobody_pinned_is_refused(elsewhere: Region, tmp_path: Path, keys: list[ECKey]) -> None:
    old, new, other = keys
    ours = pinning(tmp_path, elsewhere, new, old)
    elsewhere.take(other)
    with pytest.raises(Problem) as refused:
        await ours.proof_of(ours.by_region["621124"], elsewhere.message(), BODY)
    assert refused.value.kind.code == "peer-unknown"
