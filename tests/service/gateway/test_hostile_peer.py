"""A peer that answers a witness with whatever does harm: it is not believed, and nobody else is kept from going on."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web

from gateway.audit.commands import Log
from gateway.audit.rules import notes
from gateway.exchange import desk
from gateway.federation import peers
from gateway.federation import rules as federation
from gateway.federation.peers import WELL_KNOWN, Peers
from gateway.federation.rules import Verifiers
from gateway.witness import alarms, api
from gateway.witness.rules import checkpoints
from gateway.witness.rules.submissions import ADD_CHECKPOINT
from shared.problems import Problem
from tests.service.gateway import elsewhere, logs
from tests.service.gateway.elsewhere import CONSISTENCY, REGION, Answer, Witnessing
from tests.support.another_log import AnotherLog
from tests.support.postgres import TestServer
from tests.support.until import until

LOG = AnotherLog(20)
WITNESS = notes.Signer(checkpoints.witness_name(REGION), LOG.signer.private, notes.COSIGNATURE)
SHOWN = f"/v1/witness/{hashlib.sha256(b'jieli/610118').hexdigest()}/checkpoint"
PROOF = json.dumps({"consistency": [logs.text_of(value) for value in LOG.proof(10, 20)]}).encode()


@dataclass
class Here:
    """This region, and the other one that it asks."""

    witness: Witnessing

    @property
    def known(self) -> Peers:
        return api.held(self.witness.app.runtime).known

    @property
    def log(self) -> Log:
        return desk.at(self.witness.app.runtime).log

    @property
    def instead(self) -> dict[str, Answer]:
        return self.witness.elsewhere.instead

    async def hear(self) -> None:
        async with asyncio.timeout(5):
            await alarms.hear(self.witness.app.runtime, self.known)

    async def suspects(self) -> None:
        """The log's checkpoint of 20 entries is cosigned here, and somebody sent the one of 10."""
        assert (await self.witness.add(LOG.body(0, 20))).status_code == 200
        assert (await self.witness.add(LOG.body(0, 10))).status_code == 409

    async def grows(self) -> int:
        """One entry more and a checkpoint over it; its size."""
        await self.log.append(logs.entry())
        return (await self.log.checkpoint()).size

    async def told(self, reason: str) -> None:
        """Waits until the other region did not cosign for this reason."""

        async def so() -> bool:
            return [row.reason for row in await self.witness.rows("SELECT reason FROM log_witness")] == [reason]

        await until(so, seconds=8)

    async def measured(self, metric: str) -> float:
        room = api.held(self.witness.app.runtime)
        await alarms.show(self.witness.app.runtime, room.known, room.alarms)
        text = (await self.witness.get("/metrics")).text
        (line,) = [each for each in text.splitlines() if each.startswith(metric + "{")]
        return float(line.split()[-1])


@pytest.fixture(scope="module")
async def running(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Here]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(federation, "ASK_AGAIN", 0.0)
        patched.setattr(federation, "LONGEST_WAIT", 0.2)  # seconds, so that a test sees the next try
        async with elsewhere.witnessing(postgres, tmp_path_factory.mktemp("hostile"), LOG) as held:
            yield Here(held)


@pytest.fixture
async def here(running: Here) -> AsyncIterator[Here]:
    running.witness.elsewhere.verifiers = Verifiers(LOG.signer.verifier_key, WITNESS.verifier_key)
    yield running
    running.instead.clear()
    owner = logs.db.engine(running.witness.app.runtime.settings.owner_database_url)
    async with owner.begin() as connection:
        for statement in ("TRUNCATE witnessed_log, log_conflict", "UPDATE log_witness SET reason = ''"):
            await connection.execute(logs.text(statement))
    await owner.dispose()


def plain(body: bytes | str, status: int = 200, **headers: str) -> Answer:
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=content, status=status, headers=named)

    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 4096)


async def silent(request: web.Request) -> web.StreamResponse:
    """It begins to answer and says no more, until who asked has gone."""
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b" ")
    await asyncio.Event().wait()
    return response


HARM = {
    "nested": plain(b"[" * 60_000),
    "endless": endless,
    "silent": silent,
    "packed": plain(gzip.compress(b" " * 32_000_000 + PROOF), content_encoding="gzip"),
    "in another alphabet": plain(PROOF.decode().encode("utf-16"), content_type="application/json"),
    "no text": plain(b"\xff"),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
async def test_whatever_a_log_answers_it_is_heard_again_later(
    here: Here, harm: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PATIENCE", 0.5, raising=False)
    await here.suspects()
    here.instead[CONSISTENCY] = harm
    await here.hear()
    assert await here.witness.conflicts() == [(10, "suspected")]
    here.instead.clear()
    await here.hear()
    assert await here.witness.conflicts() == []


CHARSETS = {name: plain(b"0\n", 409, content_type=f"text/plain; charset={name}") for name in ("zlib", "hex", "rot13")}


@pytest.mark.parametrize("harm", [*CHARSETS.values(), endless, silent], ids=[*CHARSETS, "endless", "silent"])
async def test_whatever_a_witness_answers_it_is_asked_again_later(
    here: Here, harm: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PATIENCE", 0.5, raising=False)
    here.instead[ADD_CHECKPOINT] = harm
    await here.grows()
    await here.told("no-answer")
    assert (await here.witness.get("/ready")).status_code == 200


@pytest.mark.parametrize(
    "harm",
    [*CHARSETS.values(), *HARM.values(), plain("W10." + "Ww" * 20_000 + ".AAAA")],
    ids=[*CHARSETS, *HARM, "nested in a signature"],
)
async def test_whatever_a_peer_publishes_it_is_away_or_unknown(
    here: Here, harm: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PATIENCE", 0.5, raising=False)
    here.instead[WELL_KNOWN] = harm
    with pytest.raises(Problem) as refused:
        async with asyncio.timeout(5):
            await here.known.verifiers(here.known.by_region[REGION], anew=True)
    assert refused.value.kind.code in ("peer-away", "peer-unknown")


async def test_what_is_known_of_a_peer_is_at_hand_while_it_is_asked_again(here: Here) -> None:
    peer = here.known.by_region[REGION]
    before = await here.known.verifiers(peer, anew=True)
    asked = asyncio.Event()

    async def waits(request: web.Request) -> web.StreamResponse:
        asked.set()
        return await silent(request)

    here.instead[WELL_KNOWN] = waits
    asking = asyncio.create_task(here.known.verifiers(peer, anew=True))
    await asked.wait()
    async with asyncio.timeout(2):
        assert await here.known.verifiers(peer) == before
        assert await here.known.key_of(peer, peer.thumbprint)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
