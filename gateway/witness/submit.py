"""Has each checkpoint of this region's log cosigned by every peer; one that is away holds up nobody."""

import asyncio
import hashlib
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gateway.audit import queries as audit
from gateway.audit.commands import Log
from gateway.audit.queries import Checkpoint
from gateway.audit.rules import notes, tree
from gateway.federation.peers import Answer, Peers
from gateway.federation.rules import Peer
from gateway.witness import commands
from gateway.witness.rules import checkpoints, submissions
from gateway.witness.rules.checkpoints import Verifier
from gateway.witness.tables import LogWitness
from shared import db
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 1.0  # seconds between looks for a newer checkpoint
PATIENCE = 30.0  # seconds for one try, within the lease

log = structlog.get_logger()


class NotCosigned(Exception):
    """The witness did not cosign; the text says why in one of the words of `submissions`."""


class Contradicted(Exception):
    """The witness says that the log does not continue what it cosigned, and has to show that."""


class Offer(NamedTuple):
    """A checkpoint that a witness was sent, from which size on, and what it answered."""

    since: int
    newest: Checkpoint
    answer: Answer


async def run(runtime: Runtime, written: Log, known: Peers) -> None:
    """Ask each peer by itself, for ever."""
    async with runtime.sessions() as session, session.begin():
        await commands.appoint(session, known.by_region)
    async with asyncio.TaskGroup() as group:
        for peer in known.by_region.values():
            group.create_task(_follow(runtime, written, known, peer))


async def _follow(runtime: Runtime, written: Log, known: Peers, peer: Peer) -> None:
    structlog.contextvars.bind_contextvars(peer=peer.region)

    async def once() -> None:
        due = await commands.next_due(runtime.engine, peer.region)
        if due:
            await _settle(runtime, due, await _tried(written, known, peer, due))

    await rounds(EVERY, once, runtime.is_quiet)


async def _tried(written: Log, known: Peers, peer: Peer, due: LogWitness) -> tuple[int, str] | str:
    """The size that the peer cosigned and its line; or why it did not, a word of `submissions`."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await cosignature(written, known, peer, due)
    except NotCosigned as refusal:
        reason = str(refusal)
    except (SQLAlchemyError, *db.DRIVER):
        raise
    except Exception as error:  # whatever one peer answers keeps no other from being asked
        log.info("witness_unanswered", peer=peer.region, reason=type(error).__name__, attempt=due.attempts)
        return submissions.NO_ANSWER
    if reason in submissions.AGAINST:
        log.error("log_not_continued", peer=peer.region, reason=reason, attempt=due.attempts)
    return reason


async def _settle(runtime: Runtime, due: LogWitness, came: tuple[int, str] | str) -> None:
    async with runtime.sessions() as session, session.begin():
        if isinstance(came, str):
            await commands.postpone(session, due, came)
        else:
            await commands.keep(session, due, *came)


async def cosignature(written: Log, known: Peers, peer: Peer, due: LogWitness) -> tuple[int, str]:
    """The peer's cosignature of the newest checkpoint, with its size.

    NotCosigned where it refuses, ValueError where its answer does not hold; the next try reads its key again.
    """
    said = await known.verifiers(peer, anew=due.attempts > 1)
    key = checkpoints.verifier(said.witness, notes.COSIGNATURE)
    if key.name != checkpoints.witness_name(peer.region):
        raise ValueError("not the name of this witness")
    try:
        offer = await _offered(written, known, peer, due.size)
        if offer.answer.status == 409:
            offer = await _offered(written, known, peer, checkpoints.number(offer.answer.text.removesuffix("\n")))
        return offer.newest.size, _line(offer, key)
    except Contradicted:
        raise NotCosigned(await _shown(written, known, peer)) from None


async def _offered(written: Log, known: Peers, peer: Peer, since: int) -> Offer:
    """Send the newest checkpoint with the proof that it continues the log of so many entries."""
    async with written.reading() as connection:
        newest = await audit.newest_checkpoint(connection)
        assert newest is not None  # noqa: S101 - it is due because there is one
        if since > newest.size:
            raise Contradicted
        try:
            path = await audit.proof(connection, tree.consistency_spans(since, newest.size))
        except KeyError:  # a part of the tree is gone
            raise NotCosigned(submissions.NOT_CONTINUED) from None
    content = submissions.body(since, path, newest.note)
    return Offer(since, newest, await known.ask(peer, submissions.ADD_CHECKPOINT, content))


def _line(offer: Offer, key: Verifier) -> str:
    status = offer.answer.status
    if status == 200:
        return checkpoints.cosignature(offer.answer.text, checkpoints.read(offer.newest.note).text, key)
    if status == 422 or (status == 409 and offer.since == offer.newest.size):
        raise Contradicted
    raise NotCosigned(submissions.REFUSED.get(status, submissions.NO_ANSWER))


async def _shown(written: Log, known: Peers, peer: Peer) -> str:
    """What the checkpoint that the peer cosigned last says of this log: a word of `AGAINST` only where its key signed
    it and it is longer than the log, or has another root."""
    own = checkpoints.verifier(written.signer.verifier_key, notes.ED25519)
    answer = await known.ask(peer, f"/v1/witness/{hashlib.sha256(own.name.encode()).hexdigest()}/checkpoint")
    try:
        note = checkpoints.read(answer.text)
        checkpoints.signed(note, own)
    except ValueError:
        return submissions.UNPROVED
    async with written.reading() as connection:
        newest = await audit.newest_checkpoint(connection)
        if newest is None or note.size > newest.size:
            return submissions.LONGER
        try:
            continues = note.root == await audit.root(connection, note.size)
        except KeyError:  # a part of the tree is gone
            continues = False
    return submissions.UNPROVED if continues else submissions.NOT_CONTINUED
