"""A peer that answers a witness with whatever does harm: it is not believed, and nobody else is kept from going on."""

import asyncio
import hashlib
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
from gateway.witness.rules import checkpoints, submissions
from gateway.witness.rules.submissions import ADD_CHECKPOINT
from shared.problems import Problem
from tests.service.gateway import elsewhere, logs
from tests.service.gateway.elsewhere import (
    CHARSETS,
    CONSISTENCY,
    HARM,
    LOG,
    REGION,
    Answer,
    Witnessing,
    endless,
    plain,
    silent,
)
from tests.support.postgres import TestServer
from tests.support.until import until

WITNESS = notes.Signer(checkpoints.witness_name(REGION), LOG.signer.private, notes.COSIGNATURE)
SHOWN = f"/v1/witness/{hashlib.sha256(b'jieli/610118').hexdigest()}/checkpoint"


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
        self.witness.app.runtime.stir()  # as the request does of which an entry tells
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


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
async def test_whatever_a_log_answers_it_is_heard_again_later(
    here: Here, harm: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PATIENCE", 2.0)
    await here.suspects()
    here.instead[CONSISTENCY] = harm
    await here.hear()
    assert await here.witness.conflicts() == [(10, "suspected")]
    here.instead.clear()
    await here.hear()
    assert await here.witness.conflicts() == []


@pytest.mark.parametrize("harm", [*CHARSETS.values(), endless, silent], ids=[*CHARSETS, "endless", "silent"])
async def test_whatever_a_witness_answers_it_is_asked_again_later(
    here: Here, harm: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PATIENCE", 2.0)
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
    monkeypatch.setattr(peers, "PATIENCE", 2.0)
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


def shown(signer: notes.Signer, size: int) -> str:
    return notes.checkpoint(signer, size, bytes(32))


STRANGER = notes.Signer("jieli/610118", LOG.signer.private)
CLAIMS = {"a longer log": plain("999999\n", 409), "another log": plain("no", 422)}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
@pytest.mark.parametrize("proof", ["nothing", "signed by a stranger", "of this log"])
async def test_who_says_that_the_log_does_not_continue_shows_what_its_key_signed(
    here: Here, claim: Answer, proof: str
) -> None:
    await here.grows()
    note = (await here.log.checkpoint()).note
    shows = {"nothing": "none", "signed by a stranger": shown(STRANGER, 999_999), "of this log": note}
    here.instead.update({ADD_CHECKPOINT: claim, SHOWN: plain(shows[proof])})
    await here.grows()
    await here.told("unproved")
    assert await here.measured("jieli_log_not_continued") == 0


async def test_who_shows_a_longer_log_that_its_key_signed_raises_the_alarm(here: Here) -> None:
    proof = plain(shown(here.log.signer, 999_999))
    here.instead.update({ADD_CHECKPOINT: CLAIMS["a longer log"], SHOWN: proof})
    await here.grows()
    await here.told("longer-there")
    assert await here.measured("jieli_log_not_continued") == 1


async def test_who_knows_another_checkpoint_of_the_same_size_raises_the_alarm(here: Here) -> None:
    """The answer of C2SP tlog-witness to it is 409 with that very size."""
    size = await here.grows()
    proof = plain(shown(here.log.signer, size))
    here.instead.update({ADD_CHECKPOINT: plain(f"{size}\n", 409), SHOWN: proof})
    await here.told("not-continued")
    assert await here.measured("jieli_log_not_continued") == 1


async def test_a_checkpoint_that_is_signed_while_the_witness_answers_is_no_longer_log(here: Here) -> None:
    """Another process of the gateway was faster: what the witness names is the size that the log has meanwhile."""
    asked: list[bytes] = []

    async def faster(request: web.Request) -> web.StreamResponse:
        asked.append(await request.read())
        if len(asked) == 1:
            return web.Response(text=f"{await here.grows()}\n", status=409)
        return web.Response(status=503)

    here.instead[ADD_CHECKPOINT] = faster
    await here.grows()
    await here.told("no-answer")
    first, second = (submissions.read(each) for each in asked[:2])
    assert second.old == second.note.size > first.note.size


async def test_a_cosignature_by_the_name_of_this_log_is_not_kept(here: Here) -> None:
    """Nobody could check a proof of which one line bears the log's own name and is not by its key."""
    pretender = notes.Signer("jieli/610118", WITNESS.private, notes.COSIGNATURE)
    here.witness.elsewhere.verifiers = Verifiers(LOG.signer.verifier_key, pretender.verifier_key)

    async def cosigns(request: web.Request) -> web.StreamResponse:
        text = submissions.read(await request.read()).note.text
        return web.Response(text=checkpoints.cosigned(pretender, text, 1))

    here.instead[ADD_CHECKPOINT] = cosigns

    await here.grows()
    await here.told("no-answer")
    assert await here.witness.rows("SELECT line FROM log_cosignature") == []
