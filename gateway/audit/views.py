"""A person reading her own log: each reading is an entry before anything is shown."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit import queries, schemas
from gateway.audit.commands import Log
from gateway.audit.rules import accesses, entries, notes, tree
from shared import ids, problems

LOG_DAMAGED = problems.kind(
    500,
    "log-damaged",
    "The log does not prove its own entry",
    "Keep the entry's number and tell the supervising office.",
)


@dataclass(frozen=True)
class Reading:
    """Who reads her own log, in which region, and what she does: `read_accesses` or `read_proof`."""

    region: str
    person: str
    operation: str


@dataclass(frozen=True)
class Page:
    """Accesses, newest first, and the number of entry before which the next page begins; None at the end."""

    accesses: list[accesses.Access]
    next: int | None


@dataclass(frozen=True)
class Usage:
    """A window of the accesses, newest first, and how many the period holds."""

    accesses: list[accesses.Access]
    total: int


@dataclass(frozen=True)
class Opening:
    """The key, and the number of an entry among the person's own, which together give its tag."""

    key: bytes
    counter: int
    consent: str | None


@dataclass(frozen=True)
class Proof:
    """One entry with its inclusion in a checkpoint."""

    entry: bytes
    inclusion: list[bytes]
    checkpoint: str
    opening: Opening | None


async def read_accesses(log: Log, reading: Reading, before: int | None, limit: int) -> Page:
    """The accesses whose newest entry is among the `limit` of the person's entries before number `before`."""
    key = await log.key_of(reading.person, await _noted(log, reading))
    async with log.reading() as connection:
        count = await queries.count_of(connection, log.person_tag(reading.person))
        end = count if before is None else min(before, count)
        start = max(0, end - limit)
        tags = [entries.Subject(key, counter).tag for counter in range(start, end)]
        found = {line.seq: line for line in await queries.tagged(connection, tags)}
        stored = await queries.of_decisions(connection, {line.decision for line in found.values()})
    # an access goes on the page of its newest entry of hers: a page before this one has shown the others
    shown = [
        (decision, lines)
        for decision, lines in _grouped(stored, key).items()
        if max(line.seq for line in lines if line.ids) in found
    ]
    shown.sort(key=lambda group: group[1][-1].seq, reverse=True)
    return Page([accesses.access(decision, lines) for decision, lines in shown], start or None)


async def read_usage(log: Log, reading: Reading, window: schemas.UsageWindow) -> Usage:
    """The accesses that began in the period, without the first `offset` and at most `limit`."""
    key = await log.key_of(reading.person, await _noted(log, reading))
    async with log.reading() as connection:
        count = await queries.count_of(connection, log.person_tag(reading.person))
        tags = [entries.Subject(key, counter).tag for counter in range(count)]
        begun = await queries.begun(connection, tags, queries.Period(window.period_start, window.period_end))
        wanted = begun[window.offset : window.offset + window.limit]
        groups = _grouped(await queries.of_decisions(connection, wanted), key)
    return Usage([accesses.access(decision, groups[decision]) for decision in wanted], len(begun))


async def read_proof(log: Log, reading: Reading, seq: int) -> Proof:
    """The proof of one entry of hers; 404 for any other entry, as if there were none."""
    key = await log.key_of(reading.person, await _noted(log, reading))
    async with log.reading() as connection:
        line = await queries.entry(connection, seq)
        if line is None:
            raise problems.NOT_FOUND()
        opening = await _opening(connection, line, key)
        covering = await queries.cosigned_checkpoint(connection, seq) or await queries.newest_checkpoint(connection)
    if covering is None or covering.size <= seq:
        covering = await log.checkpoint()
    async with log.reading() as connection:
        path = await queries.proof(connection, tree.inclusion_spans(seq, covering.size))
        note = await queries.shown(connection, covering)
    if not tree.included(tree.leaf_hash(line.body), seq, (covering.size, notes.root_of(note)), path):
        raise LOG_DAMAGED()
    return Proof(line.body, path, note, opening)


async def _noted(log: Log, reading: Reading) -> str:
    """The decision under which she reads, once it is in the log."""
    decision = str(ids.new())
    actor = entries.Actor(kind="resident", region=reading.region)
    await log.append(
        entries.Entry(
            decision=decision,
            phase=entries.Phase.VIEW,
            kind="self",
            actor=actor,
            operation=reading.operation,
            permitted=True,
            person=reading.person,
        )
    )
    return decision


def _grouped(stored: list[queries.Stored], key: entries.Key) -> dict[uuid.UUID, list[accesses.Line]]:
    """By decision, the entries that are hers and those that are about no person; a decision may be about others too."""
    groups: dict[uuid.UUID, list[accesses.Line]] = {}
    for line in stored:
        ids = _ids(line, key)
        if ids is not None:
            groups.setdefault(line.decision, []).append(accesses.Line(line.seq, line.body, ids))
    return groups


def _ids(line: queries.Stored, key: entries.Key) -> Mapping[str, Any] | None:
    """What was sealed for her beside an entry: nothing if it is about nobody, None if it is another person's."""
    if line.sealed is None:
        return {}
    try:
        return entries.opened(line.sealed, key, str(line.decision))
    except InvalidTag:
        return None


async def _opening(connection: AsyncConnection, line: queries.Stored, key: entries.Key) -> Opening | None:
    """The opening of an entry of hers; None for one about no person in a decision about her; 404 for all others."""
    ids = _ids(line, key)
    if ids:
        return Opening(key.value, ids["counter"], ids["consent"])
    if ids is None or not any(_ids(other, key) for other in await queries.of_decisions(connection, {line.decision})):
        raise problems.NOT_FOUND()
    return None
