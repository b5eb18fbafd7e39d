"""Hears logs about checkpoints that do not fit, and shows what speaks against a log: this region's or another's."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from prometheus_client import CollectorRegistry, Gauge

from gateway.audit.api import SIZE_UNKNOWN
from gateway.audit.rules import notes
from gateway.federation.peers import Peers
from gateway.witness import commands, queries
from gateway.witness.rules import checkpoints, submissions
from gateway.witness.tables import LogConflict
from shared.background import rounds
from shared.runtime import Runtime

EVERY = 10.0  # seconds between looks
CONSISTENCY = "/v1/log/consistency"

log = structlog.get_logger()


class Alarms:
    """What the metrics say; all are 0 while all is well."""

    def __init__(self, metrics: CollectorRegistry) -> None:
        self.forked = Gauge("jieli_log_forked", "Checkpoints of a log against it", ["source"], registry=metrics)
        self.suspected = Gauge(
            "jieli_log_suspected_seconds", "Since a log was to be heard first", ["source"], registry=metrics
        )
        self.refused = Gauge(
            "jieli_log_not_continued", "Witnesses that know this log otherwise", ["source"], registry=metrics
        )


async def run(runtime: Runtime, known: Peers, alarms: Alarms) -> None:
    """Look again and again."""

    async def once() -> None:
        try:
            await hear(runtime, known)
        finally:
            await show(runtime, known, alarms)

    await rounds(EVERY, once)


async def show(runtime: Runtime, known: Peers, alarms: Alarms) -> None:
    """Bring the metrics up to date."""
    async with runtime.sessions() as session:
        forked, refusing = await queries.confirmed(session), await queries.refusing(session)
        since, now = await queries.waiting_since(session), datetime.now(UTC)
    for origin in {*map(notes.origin, known.by_region), *forked}:
        alarms.forked.labels(origin).set(forked.get(origin, 0))
        alarms.suspected.labels(origin).set((now - since.get(origin, now)).total_seconds())
    for region in known.by_region:
        alarms.refused.labels(region).set(region in refusing)


async def hear(runtime: Runtime, known: Peers) -> None:
    """Ask each log for the proof that suspected checkpoints fit; one that does not answer is asked again."""
    async with runtime.sessions() as session:
        waiting = await queries.to_be_heard(session, list(map(notes.origin, known.by_region)))
    of_each = itertools.groupby(waiting, lambda conflict: conflict.log)
    await asyncio.gather(*(_hear_one(runtime, known, origin, list(conflicts)) for origin, conflicts in of_each))


async def _hear_one(runtime: Runtime, known: Peers, origin: str, conflicts: Sequence[LogConflict]) -> None:
    """Whatever one log answers, and however slowly, keeps no other from being heard."""
    try:
        async with asyncio.timeout(EVERY):
            for conflict in conflicts:
                explained = await is_explained(known, conflict)
                async with runtime.sessions() as session, session.begin():
                    await commands.settle(session, conflict, explained)
    except Exception as error:
        log.warning("log_not_heard", peer=origin, reason=type(error).__name__)


async def is_explained(known: Peers, conflict: LogConflict) -> bool:
    """Whether the log proves that both checkpoints are of one history; ValueError where it gave no answer."""
    peer = commands.peer_of(known, conflict.log)
    kept, other = checkpoints.read(conflict.kept), checkpoints.read(conflict.note)
    older, newer = sorted((kept.size, other.size))
    answer = await known.ask(peer, f"{CONSISTENCY}?from={older}&to={newer}")
    content = answer.json
    if not isinstance(content, dict):
        raise ValueError("not a consistency proof")
    if answer.status == 404 and content.get("code") == SIZE_UNKNOWN.code:
        return False  # it does not know a size that it signed
    if answer.status != 200:
        raise ValueError("no consistency proof")
    return submissions.explains(kept, other, _path(content))


def _path(content: dict[str, object]) -> Sequence[bytes]:
    """The hashes of a proof; ValueError for anything else."""
    listed = content.get("consistency")
    if not isinstance(listed, list):
        raise ValueError("not a consistency proof")
    return [checkpoints.hash_of(str(value)) for value in listed]
