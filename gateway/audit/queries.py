"""Every SELECT of the log. Entries are found by place, by decision, or by tags that only a person's key can make."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import LargeBinary, any_, cast, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway import kept
from gateway.audit import tables
from gateway.audit.rules import tree
from gateway.kept import Connection

_ENTRY = select(
    tables.LOG_ENTRY.c.seq,
    tables.LOG_ENTRY.c.decision,
    tables.LOG_ENTRY.c.subject_tag,
    tables.LOG_ENTRY.c.body,
    tables.LOG_ENTRY.c.leaf_hash,
    tables.LOG_ENTRY.c.sealed,
)
_HASHES = """
SELECT node.level, node.place, node.hash
FROM unnest($1::smallint[], $2::bigint[]) AS wanted (level, place)
JOIN log_node AS node ON node.level = wanted.level AND node.place = wanted.place
UNION ALL
SELECT 0, seq, leaf_hash FROM log_entry WHERE seq = ANY($3::bigint[])
"""
# Of the newest cosigned checkpoints over an entry, the one that most witnesses cosigned.
_COSIGNED = text("""
SELECT size, note FROM log_checkpoint JOIN (
    SELECT size, count(*) AS lines FROM (
        SELECT size FROM log_cosignature WHERE size > :seq ORDER BY size DESC LIMIT 100
    ) AS newest GROUP BY size
) AS cosigned USING (size)
ORDER BY lines DESC, size DESC LIMIT 1
""")
_ORPHANS = text("""
SELECT intent.body FROM log_entry AS intent
WHERE intent.seq >= :since AND intent.phase = 'intent' AND intent.at < :before
  AND NOT EXISTS (
      SELECT 1 FROM log_entry AS other WHERE other.decision = intent.decision AND other.phase = 'outcome'
  )
ORDER BY intent.seq
""")


class Stored(NamedTuple):
    """One entry as it lies in the log."""

    seq: int
    decision: uuid.UUID
    subject_tag: bytes | None
    body: bytes
    leaf_hash: bytes
    sealed: bytes | None


class Period(NamedTuple):
    """From `start` to `end`, both of them in it; None is open."""

    start: datetime | None
    end: datetime | None


class Checkpoint(NamedTuple):
    """The newest signed checkpoint: the size it covers and its note."""

    size: int
    note: str


async def head(connection: AsyncConnection) -> tree.Edge:
    """The tree as it stands."""
    return _edge(*(await connection.execute(select(tables.LOG_HEAD.c.size, tables.LOG_HEAD.c.edge))).one())


async def locked_head(connection: Connection) -> tree.Edge:
    """The tree as it stands, and no other writer appends until the transaction ends."""
    (line,) = await connection.fetch("SELECT size, edge FROM log_head FOR UPDATE")
    return _edge(*line)


def _edge(size: int, edge: bytes) -> tree.Edge:
    return tree.Edge(size, tuple(edge[at : at + tree.HASH_SIZE] for at in range(0, len(edge), tree.HASH_SIZE)))


async def newest_checkpoint(connection: AsyncConnection) -> Checkpoint | None:
    """The newest signed checkpoint, or None before the first."""
    statement = select(tables.LOG_CHECKPOINT.c.size, tables.LOG_CHECKPOINT.c.note)
    row = (await connection.execute(statement.order_by(tables.LOG_CHECKPOINT.c.size.desc()).limit(1))).one_or_none()
    return Checkpoint(*row) if row else None


async def cosigned_checkpoint(connection: AsyncConnection, seq: int) -> Checkpoint | None:
    """A checkpoint over entry `seq` that witnesses cosigned, or None before they did."""
    row = (await connection.execute(_COSIGNED, {"seq": seq})).one_or_none()
    return Checkpoint(*row) if row else None


async def shown(connection: AsyncConnection, checkpoint: Checkpoint) -> str:
    """The note of a checkpoint with the cosignatures that it has."""
    line = tables.LOG_COSIGNATURE.c
    statement = select(line.line).where(line.size == checkpoint.size).order_by(line.witness)
    return checkpoint.note + "".join(await connection.scalars(statement))


async def count_of(connection: AsyncConnection, person_tag: bytes) -> int:
    """How many entries carry this person's tag."""
    statement = select(tables.LOG_COUNTER.c.entries).where(tables.LOG_COUNTER.c.person_tag == person_tag)
    return await connection.scalar(statement) or 0


async def entry(connection: AsyncConnection, seq: int) -> Stored | None:
    """One entry by its place in the log."""
    row = (await connection.execute(_ENTRY.where(tables.LOG_ENTRY.c.seq == seq))).one_or_none()
    return Stored(*row) if row else None


async def tagged(connection: AsyncConnection, tags: Collection[bytes]) -> list[Stored]:
    """The entries that carry one of these tags."""
    rows = await connection.execute(_ENTRY.where(tables.LOG_ENTRY.c.subject_tag.in_(tags)))
    return [Stored(*row) for row in rows]


async def begun(connection: AsyncConnection, tags: Collection[bytes], period: Period) -> list[uuid.UUID]:
    """The decisions whose first entry with one of these tags, any number of them, is of this period; newest first."""
    entry_ = tables.LOG_ENTRY.c
    first = func.date_trunc("milliseconds", func.min(entry_.at))  # as the entry itself says it
    statement = select(entry_.decision).where(entry_.subject_tag == any_(cast(list(tags), ARRAY(LargeBinary))))
    statement = statement.group_by(entry_.decision).order_by(func.min(entry_.seq).desc())
    if period.start:
        statement = statement.having(first >= period.start)
    if period.end:
        statement = statement.having(first <= period.end)
    return list(await connection.scalars(statement))


async def of_decisions(connection: AsyncConnection, decisions: Collection[uuid.UUID]) -> list[Stored]:
    """All entries of these decisions, in the order of the log."""
    rows = await connection.execute(
        _ENTRY.where(tables.LOG_ENTRY.c.decision.in_(decisions)).order_by(tables.LOG_ENTRY.c.seq)
    )
    return [Stored(*row) for row in rows]


async def hashes(connection: AsyncConnection, nodes: Iterable[tree.Node]) -> dict[tree.Node, bytes]:
    """The stored hashes of these subtrees, asked of asyncpg itself as the hot path asks."""
    wanted = list(nodes)
    inner = [node for node in wanted if node.level > 0]
    levels, places = [node.level for node in inner], [node.place for node in inner]
    leaves = [node.place for node in wanted if node.level == 0]
    rows = await kept.fetch(connection, _HASHES, levels, places, leaves)
    return {tree.Node(level, place): value for level, place, value in rows}


async def root(connection: AsyncConnection, size: int) -> bytes:
    """The root that the log had at this size."""
    nodes = tree.cover(tree.Span(0, size))
    found = await hashes(connection, nodes)
    return tree.root(tree.Edge(size, tuple(found[node] for node in nodes)))


async def proof(connection: AsyncConnection, spans: list[tree.Span]) -> list[bytes]:
    """The hashes of a proof, from stored subtrees."""
    found = await hashes(connection, {node for span in spans for node in tree.cover(span)})
    return tree.proof(spans, found)


async def orphans(connection: AsyncConnection, since: int, before: datetime) -> list[bytes]:
    """The bodies of intents from place `since` on, older than `before`, whose decision has no outcome."""
    rows = await connection.execute(_ORPHANS, {"since": since, "before": before})
    return [row.body for row in rows]
