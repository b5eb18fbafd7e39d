"""What a witness writes before it answers, and what the log keeps of its own witnesses."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from gateway.audit.rules import notes, tree
from gateway.audit.tables import LOG_COSIGNATURE
from gateway.federation import rules as federation
from gateway.federation.peers import Peers
from gateway.federation.rules import Peer
from gateway.witness import queries
from gateway.witness.rules import checkpoints, submissions
from gateway.witness.rules.submissions import CONFLICT, Submission, Verdict
from gateway.witness.tables import LogConflict, LogWitness, WitnessedLog
from shared import ids

LEASE = timedelta(seconds=60)  # while one process asks a witness, no other does
SUSPICIONS = 100  # of one log, that wait until it is heard
CONFLICTS = 100  # of one log, that are kept as evidence

log = structlog.get_logger()

_DUE = text("""
UPDATE log_witness SET next_at = :until, attempts = attempts + 1
WHERE witness = :witness AND next_at <= :now AND size < (SELECT max(size) FROM log_checkpoint)
RETURNING witness, size, attempts, next_at, reason
""")


@dataclass(frozen=True)
class Outcome:
    """What became of a submission: the size that the witness knows now, and the cosignature where there is one."""

    verdict: Verdict
    size: int
    line: str = ""


def peer_of(known: Peers, origin: str) -> Peer:
    """The peer whose log this is; 404 `log-unknown` for every other log."""
    found = next((peer for region, peer in known.by_region.items() if notes.origin(region) == origin), None)
    if found is None:
        raise submissions.LOG_UNKNOWN()
    return found


async def authenticate(known: Peers, asked: Submission) -> str:
    """The checkpoint with its log's signature alone; 404 or 403 for any other.

    The log may have a new key since its region was asked for it: then it is asked again.
    """
    peer = peer_of(known, asked.note.origin)
    for anew in (False, True):
        said = await known.verifiers(peer, anew=anew)
        try:
            key = checkpoints.verifier(said.log, notes.ED25519)
            if key.name == asked.note.origin:
                return checkpoints.signed(asked.note, key)
        except ValueError:
            continue
    raise submissions.LOG_SIGNATURE()


async def witness(session: AsyncSession, signer: notes.Signer, asked: Submission, note: str) -> Outcome:
    """Cosign a checkpoint that its log signed, or keep what speaks against it; durable before anybody reads of it."""
    kept = await _kept(session, asked.note.origin)
    verdict = submissions.judge((kept.size, kept.root), asked)
    if verdict is not Verdict.COSIGN:
        await _suspect(session, kept, asked, note)
        return Outcome(verdict, kept.size)
    line = checkpoints.cosigned(signer, asked.note.text, int(time.time()))
    if asked.note.size > kept.size:
        kept.size, kept.root, kept.note, kept.at = asked.note.size, asked.note.root, note + line, datetime.now(UTC)
    return Outcome(verdict, kept.size, line)


async def _kept(session: AsyncSession, origin: str) -> WitnessedLog:
    nothing = {"log": origin, "size": 0, "root": tree.EMPTY_ROOT, "note": "", "at": datetime.now(UTC)}
    await session.execute(insert(WitnessedLog).values(nothing).on_conflict_do_nothing())
    return await queries.locked(session, origin)


async def _suspect(session: AsyncSession, kept: WitnessedLog, asked: Submission, note: str) -> None:
    state = submissions.conflict((kept.size, kept.root), asked)
    if state is None or await queries.is_held(session, asked.note):
        return
    if state == CONFLICT.initial:
        has_room = await _has_room(session, kept, asked.note.size)
    else:
        has_room = await queries.conflicts(session, kept.log, state) < CONFLICTS
        log.error("log_forked", peer=kept.log, size=asked.note.size)
    if has_room:
        said = {"kept": kept.note, "note": note, "state": state}
        size, root, now = asked.note.size, asked.note.root, datetime.now(UTC)
        session.add(LogConflict(id=ids.new(), log=kept.log, size=size, root=root, at=now, **said))


async def _has_room(session: AsyncSession, kept: WitnessedLog, size: int) -> bool:
    """Whether one more may wait. Old checkpoints anybody has in any number: a longer one takes the place of one."""
    if await queries.conflicts(session, kept.log, CONFLICT.initial) < SUSPICIONS:
        return True
    given_up = await queries.shorter(session, kept) if size > kept.size else None
    log.warning("suspicion_given_up", peer=kept.log, size=given_up.size if given_up else size)
    if given_up:
        await session.delete(given_up)
    return given_up is not None


async def settle(session: AsyncSession, conflict: LogConflict, explained: bool) -> None:
    """The log was heard: it had the proof, and all is well; or it had none, and what speaks against it stays."""
    held = await queries.suspected(session, conflict.id)
    if held is None:
        return
    state = CONFLICT.after(held.state, "confirm")
    if not explained:
        log.error("log_forked", peer=held.log, size=held.size)
    if explained or await queries.conflicts(session, held.log, state) >= CONFLICTS:
        return await session.delete(held)
    held.state = state


async def appoint(session: AsyncSession, regions: Iterable[str]) -> None:
    """Let these regions be witnesses of the log, each from where it is."""
    fresh = {"size": 0, "attempts": 0, "next_at": datetime.now(UTC), "reason": ""}
    for region in regions:
        await session.execute(insert(LogWitness).values(witness=region, **fresh).on_conflict_do_nothing())


async def next_due(engine: AsyncEngine, region: str) -> LogWitness | None:
    """A witness that did not cosign the newest checkpoint yet and may be asked, leased to this process for a minute."""
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        given = {"witness": region, "now": now, "until": now + LEASE}
        row = (await connection.execute(_DUE, given)).mappings().first()
    return LogWitness(**row) if row else None


async def keep(session: AsyncSession, due: LogWitness, size: int, line: str) -> None:
    """Keep a cosignature, to be served with its checkpoint."""
    now = datetime.now(UTC)
    row = {"size": size, "witness": due.witness, "line": line, "at": now}
    await session.execute(insert(LOG_COSIGNATURE).values(row).on_conflict_do_nothing())
    await session.merge(LogWitness(witness=due.witness, size=size, attempts=0, next_at=now, reason=""))


async def postpone(session: AsyncSession, due: LogWitness, reason: str) -> None:
    """Ask this witness again later."""
    due.reason, due.next_at = reason, datetime.now(UTC) + federation.wait(due.attempts)
    await session.merge(due)
