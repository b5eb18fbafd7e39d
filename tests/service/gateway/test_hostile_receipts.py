"""A peer that answers a delivery with whatever does harm: nothing counts as delivered, and the next try comes."""

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from gateway.federation import peers, signatures
from gateway.federation import rules as federation
from gateway.federation.rules import ERRANDS
from gateway.federation.signatures import Message, Reply
from shared.contracts.events import RecordRequestMade
from tests.service.gateway import elsewhere
from tests.service.gateway.elsewhere import CHARSETS, HARM, LOG, REGION, Answer, Witnessing, plain
from tests.support.postgres import TestServer
from tests.support.until import until

RECEIPT = {"receipt": "r-1"}


@dataclass
class Errand:
    """A request for a record that is on its way to the other region."""

    held: Witnessing
    request: str = field(default_factory=lambda: str(uuid.uuid4()))

    async def begin(self) -> None:
        made = RecordRequestMade(request=self.request, peer=REGION, record_type="vaccination", seal="s")
        await self.held.app.receive("registry", self.request, 1, made)

    async def stands(self) -> tuple[str, int]:
        """Its state, and how many tries began."""
        found = await self.held.rows("SELECT state, attempts FROM delivery WHERE request = :it", it=self.request)
        return (found[0].state, found[0].attempts) if found else ("", 0)

    async def outcomes(self, since: int) -> list[str]:
        """How the log says that tries ended, from this entry on."""
        rows = await self.held.rows("SELECT body FROM log_entry WHERE seq >= :since ORDER BY seq", since=since)
        return [said["outcome"] for said in (json.loads(row.body) for row in rows) if said["phase"] == "outcome"]

    async def entries(self) -> int:
        """How many the log has."""
        return int((await self.held.rows("SELECT count(*) AS entries FROM log_entry"))[0].entries)

    def answered(self, answer: Answer) -> None:
        """What the other region says from now on, and its registry where the request is fetched."""
        paths = ERRANDS["request"]
        content = json.dumps({"request": self.request, "peer": REGION})
        self.held.elsewhere.instead[paths.fetch.format(request=self.request)] = plain(content)
        self.held.elsewhere.instead[paths.send] = answer

    def signed(self, content: bytes, status: int = 202, other: bytes | None = None) -> Answer:
        """An answer that the other region signs, and perhaps another content under the same signature."""
        own = self.held.elsewhere.peers.own

        async def answer(request: web.Request) -> web.Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            asked = Message("POST", self.held.elsewhere.url + request.path, headers)
            reply = Reply(status, asked, {"content-type": "application/json"})
            signatures.sign(reply, content, own.private, own.kid)
            return web.Response(body=content if other is None else other, status=status, headers=reply.headers)

        return answer


@pytest.fixture(scope="module")
async def held(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Witnessing]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(federation, "ASK_AGAIN", 0.0)
        patched.setattr(federation, "LONGEST_WAIT", 0.1)  # seconds, so that a test sees the next try
        patched.setattr(peers, "PATIENCE", 2.0)
        async with elsewhere.witnessing(postgres, tmp_path_factory.mktemp("receipts"), LOG) as running:
            yield running


async def delivered(errand: Errand) -> bool:
    return (await errand.stands())[0] == "delivered"


ODD = {
    "signed, and no object": lambda errand: errand.signed(b"[]"),
    "signed, and no JSON": lambda errand: errand.signed(b"received"),
    "signed, and nested": lambda errand: errand.signed(b"[" * 60_000),
    "signed, and refused": lambda errand: errand.signed(b"{}", status=200),
    "altered": lambda errand: errand.signed(b"{}", other=b'{"receipt": "mine"}'),
    "not signed": lambda _: plain(json.dumps(RECEIPT), 202, content_type="application/json"),
}
BYTES = {name: lambda _, harm=harm: harm for name, harm in (HARM | CHARSETS).items()}


@pytest.mark.parametrize("harm", [*ODD.values(), *BYTES.values()], ids=[*ODD, *BYTES])
async def test_whatever_a_peer_answers_the_errand_is_carried_again(held: Witnessing, harm: object) -> None:
    """And the log says that it is not known whether it was taken, until the peer says so."""
    errand = Errand(held)
    before = await errand.entries()
    assert callable(harm)
    errand.answered(harm(errand))
    await errand.begin()

    async def tried_again() -> bool:
        return (await errand.stands())[1] > 1

    await until(tried_again)
    assert (await errand.stands())[0] == "waiting"
    assert (await held.get("/ready")).status_code == 200
    errand.answered(errand.signed(json.dumps(RECEIPT).encode()))
    await until(lambda: delivered(errand))
    kept = await held.rows("SELECT receipt FROM delivery WHERE request = :it", it=errand.request)
    assert [row.receipt for row in kept] == [json.dumps(RECEIPT)]
    *tried, last = await errand.outcomes(before)
    assert (set(tried), last) == ({"unknown"}, "released")


async def test_what_could_not_be_fetched_was_not_sent(held: Witnessing) -> None:
    errand = Errand(held)
    before = await errand.entries()
    errand.answered(errand.signed(json.dumps(RECEIPT).encode()))
    errand.held.elsewhere.instead[ERRANDS["request"].fetch.format(request=errand.request)] = plain("", 500)
    await errand.begin()

    async def tried() -> bool:
        return (await errand.stands())[1] > 1

    await until(tried)
    assert set(await errand.outcomes(before)) == {"failed"}
    errand.answered(errand.signed(json.dumps(RECEIPT).encode()))
    await until(lambda: delivered(errand))
