"""Writing the log: concurrent appends share one durable commit, and nothing is acknowledged before it.

Never await `append` while holding a transaction on rows that a guard reads: the guard would wait for that transaction,
and that transaction for the log.
"""

import asyncio
import contextlib
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

import structlog
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.audit import queries, tables
from gateway.audit.rules import entries, notes, tree
from gateway.kept import Connection, Kept
from shared import problems
from shared.door import evidence
from shared.telemetry import where
from shared.vault import Vault

BATCH = 500  # entries in one commit
PART = 170  # entries of one statement: while the database stores them the next ones are made
WAITING = 10_000  # entries that may wait; beyond that the log is too slow to serve
KEYS_FOR = 5.0  # seconds until a person's key is read again: an erasure elsewhere is felt after that
KEYS_KNOWN = 10_000
NO_PERSON = "nobody"  # whom an entry is about where there is nobody: it takes as long as one about somebody
CHECKPOINT_EVERY = 10.0  # seconds
CHECKPOINT_AFTER = 1_000  # entries

LOG_UNAVAILABLE = problems.kind(
    503, "log-unavailable", "The access log cannot be written", "Nothing was read or sent; try again in a few seconds."
)
OUTCOME_NOT_LOGGED = problems.kind(
    503,
    "outcome-not-logged",
    "The access log cannot say how it ended",
    "It may have been done: try again with the same Idempotency-Key.",
)

logger = structlog.get_logger()
Question = TypeVar("Question", contravariant=True)

_NEVER = (entries.Key(b""), 0.0)
_COUNT = """
INSERT INTO log_counter AS counter (person_tag, entries)
SELECT * FROM unnest($1::bytea[], $2::bigint[])
ON CONFLICT (person_tag) DO UPDATE SET entries = counter.entries + excluded.entries
RETURNING person_tag, entries
"""
_APPEND = """
WITH appended AS (
    INSERT INTO log_entry (seq, decision, phase, subject_tag, body, leaf_hash, sealed, at)
    SELECT *, $8::timestamptz
    FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])
), gained AS (
    INSERT INTO log_node (level, place, hash) SELECT * FROM unnest($9::smallint[], $10::bigint[], $11::bytea[])
)
UPDATE log_head SET size = $12, edge = $13
"""


@dataclass(frozen=True)
class Refusal:
    """A guard's no. The entry is written as denied for this reason; the details go to the caller, not into the log."""

    reason: str
    details: Mapping[str, object] = field(default_factory=dict)


class Guard(Protocol[Question]):
    """A condition that is read, or counted, in the very transaction that writes the entries depending on it."""

    async def check(self, connection: Connection, questions: Sequence[Question]) -> Sequence[Refusal | None]:
        """One answer per question, in their order: None lets an entry stand.

        An exception undoes the transaction and fails every entry that asked this guard; the others are written.
        """
        ...


@dataclass(frozen=True)
class Condition(Generic[Question]):
    """What one entry asks of a guard. All questions to one guard in a batch are asked together."""

    guard: Guard[Question]
    question: Question


@dataclass(frozen=True)
class Receipt:
    """Where an entry stands, and the refusal if a guard turned it into one."""

    index: int
    leaf: bytes
    at: datetime
    refusal: Refusal | None


@dataclass(eq=False)
class _Waiting:
    """An entry on its way, with whoever waits for it."""

    entry: entries.Entry
    decision: uuid.UUID
    condition: Condition[Any] | None
    answer: asyncio.Future[Receipt]
    refusal: Refusal | None = None
    person: str = ""


@dataclass(frozen=True)
class _Line:
    """An entry ready to be stored."""

    waiting: _Waiting
    body: bytes
    leaf: bytes
    subject: entries.Subject | None


class _GuardFailed(Exception):
    """The guard of these entries failed; the cause says how."""

    def __init__(self, asked: list[_Waiting]) -> None:
        super().__init__()
        self.asked = asked


class Log:
    """The one writer of a gateway process. Several may write: the head's row lock puts their batches in order."""

    def __init__(self, engine: AsyncEngine, vault: Vault, signer: notes.Signer, index_key: bytes) -> None:
        self.signer = signer
        self._engine = engine
        self._vault = vault
        self._index_key = index_key
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._checkpoint_due = asyncio.Event()
        self._covered = 0
        self._kept = Kept(engine)
        self._known: dict[str, tuple[entries.Key, float]] = {}

    async def append(self, entry: entries.Entry, condition: Condition[Any] | None = None) -> Receipt:
        """Write one entry durably, as it is or as its guard's refusal; 503 if that cannot be.

        `log-unavailable` before a call, `outcome-not-logged` after it: then it may have been done.
        """
        decision = uuid.UUID(entry.decision)
        if len(self._waiting) >= WAITING:
            raise _unwritten(entry)
        waiting = _Waiting(entry, decision, condition, asyncio.get_running_loop().create_future())
        if entry.person is not None:
            waiting.person = self.person_tag(entry.person).hex()
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await waiting.answer

    async def close(self) -> None:
        """Wait until everything handed in is written, and give the connection back."""
        if self._writing:
            await self._writing
        await self._kept.drop()

    def reading(self) -> AsyncConnection:
        """A connection for queries, to be entered."""
        return self._engine.connect()

    def promise(self, receipt: Receipt) -> dict[str, Any]:
        """The signed form of a receipt, for whoever asked."""
        return entries.receipt(self.signer, receipt.index, receipt.leaf, receipt.at)

    def person_tag(self, person: str) -> bytes:
        """The keyed index of a person, the same at every call."""
        return entries.person_tag(self._index_key, person)

    async def key_of(self, person: str, decision: str) -> entries.Key:
        """The key under which this person's entries are tagged, for the decision that lets her read them."""
        tag = self.person_tag(person).hex()
        return (await self._keys({tag}, decision))[tag]

    async def forget(self, person: str) -> None:
        """Destroy the person's key: her entries stay in the tree and nobody can tell any more that they were hers."""
        await self._vault.destroy(self.person_tag(person).hex())
        self._known.clear()
        async with self._engine.begin() as connection:
            await connection.execute(
                text("DELETE FROM log_counter WHERE person_tag = :tag"), {"tag": self.person_tag(person)}
            )

    async def checkpoint(self) -> queries.Checkpoint:
        """Sign the log as it stands, unless the newest checkpoint says the same already."""
        async with self._engine.begin() as connection:
            edge = await queries.head(connection)
            newest = await queries.newest_checkpoint(connection)
            if newest is None or newest.size < edge.size:
                newest = queries.Checkpoint(edge.size, notes.checkpoint(self.signer, edge.size, tree.root(edge)))
                row = {**newest._asdict(), "at": datetime.now(UTC)}
                await connection.execute(insert(tables.LOG_CHECKPOINT).values(row).on_conflict_do_nothing())
        self._covered = newest.size
        return newest

    async def keep_checkpoints(self) -> None:
        """A checkpoint every 10 s or 1,000 entries, as long as the log grows; a failure is tried again."""
        while True:
            self._checkpoint_due.clear()
            try:
                await self.checkpoint()
            except (SQLAlchemyError, OSError) as error:
                logger.error("checkpoint_failed", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._checkpoint_due.wait(), CHECKPOINT_EVERY)

    async def _write_all(self) -> None:
        """One batch after the other, each with what came in while the one before was being committed."""
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            while batch:
                batch = await self._write(batch)

    async def _write(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Write a batch and answer its callers; left is what is to be written again, without a guard that failed."""
        try:
            about = {waiting.person for waiting in batch if waiting.person}
            refused = {waiting.person for waiting in batch if not waiting.entry.permitted}
            keys = await self._keys(about, batch[0].entry.decision, refused)
            size, written, at = await self._append(batch, keys)
        except _GuardFailed as failure:
            logger.error("guard_failed", reason=type(failure.__cause__).__name__)
            _fail(failure.asked)
            return [waiting for waiting in batch if waiting not in failure.asked]
        except (Exception, asyncio.CancelledError) as error:  # a killed connection may leave a cancellation behind
            logger.error("log_not_written", reason=type(error).__name__, where=where(error), entries=len(batch))
            _fail(batch)
            return []
        for index, line in enumerate(written, size - len(written)):
            if not line.waiting.answer.done():
                line.waiting.answer.set_result(Receipt(index, line.leaf, at, line.waiting.refusal))
        if size - self._covered >= CHECKPOINT_AFTER:
            self._checkpoint_due.set()
        return []

    async def _append(
        self, batch: list[_Waiting], keys: Mapping[str, entries.Key]
    ) -> tuple[int, list[_Line], datetime]:
        """One transaction; when it fails in any way nothing of the batch is acknowledged and its connection ends."""
        connection, transaction = await self._kept.begin()
        try:
            edge = await queries.locked_head(connection)
            await _ask_guards(connection, batch)
            counters = await _reserve(connection, batch)
            at = datetime.now(UTC)
            edge, lines = await _store(
                connection, edge, (_lines(each, keys, counters, at) for each in _parts(batch)), at
            )
            await transaction.commit()
        except BaseException:
            await self._kept.drop()
            raise
        return edge.size, lines, at

    async def _keys(self, persons: set[str], decision: str, again: Set[str] = frozenset()) -> Mapping[str, entries.Key]:
        """The persons' keys, remembered for a few seconds: long enough for intent and outcome of one call.

        `again` are those that are read even so: how long a refusal takes must not tell whose key was used of late. The
        door counts them once in that time all the same, or refusals would use it up.
        """
        now = time.monotonic()
        if len(self._known) > KEYS_KNOWN:
            self._known.clear()
        remembered = {each for each in persons if self._known.get(each, _NEVER)[1] >= now}
        if wanted := persons - remembered | persons & again:
            with evidence("decision", decision, remembered):
                read = await self._vault.keys(wanted)
            self._known |= {person: (entries.Key(key), now + KEYS_FOR) for person, key in read.items()}
        return {person: self._known[person][0] for person in persons}


async def _ask_guards(connection: Connection, batch: list[_Waiting]) -> None:
    """Every guard once, with all that is asked of it; refused entries become their own refusals."""
    asked: dict[Guard[Any], list[tuple[_Waiting, object]]] = {}
    for waiting in batch:
        if waiting.condition:
            asked.setdefault(waiting.condition.guard, []).append((waiting, waiting.condition.question))
    for guard, questions in asked.items():
        try:
            verdicts = await guard.check(connection, [question for _, question in questions])
            for (waiting, _), refusal in zip(questions, verdicts, strict=True):
                waiting.refusal = refusal
        except Exception as error:
            raise _GuardFailed([waiting for waiting, _ in questions]) from error


async def _reserve(connection: Connection, batch: list[_Waiting]) -> dict[str, int]:
    """The number of each person's first entry in this batch."""
    counts = Counter(bytes.fromhex(waiting.person) for waiting in batch if waiting.person)
    if not counts:
        return {}
    after = await connection.fetch(_COUNT, list(counts), list(counts.values()))
    return {tag.hex(): total - counts[tag] for tag, total in after}


def _lines(
    batch: list[_Waiting], keys: Mapping[str, entries.Key], counters: dict[str, int], at: datetime
) -> list[_Line]:
    """The entries as they are stored. One that has no canonical form fails alone; the number it took stays unused."""
    lines = []
    for waiting in batch:
        subject = None
        if waiting.person:
            subject = entries.Subject(keys[waiting.person], counters[waiting.person])
            counters[waiting.person] += 1
        entry = waiting.entry
        if waiting.refusal:
            entry = replace(entry, permitted=False, reason=waiting.refusal.reason, allowed=())
        try:
            body = entries.canonical(entry, subject, at)
        except ValueError as error:
            logger.error("entry_not_canonical", reason=type(error).__name__)
            _fail([waiting])
            continue
        lines.append(_Line(waiting, body, tree.leaf_hash(body), subject))
    return lines


def _parts(batch: list[_Waiting]) -> Iterator[list[_Waiting]]:
    return (batch[start : start + PART] for start in range(0, len(batch), PART))


async def _store(
    connection: Connection, edge: tree.Edge, parts: Iterable[list[_Line]], at: datetime
) -> tuple[tree.Edge, list[_Line]]:
    """A statement for each part; the next part is made while the database stores this one."""
    stored: list[_Line] = []
    storing: asyncio.Task[object] | None = None
    for part in parts:
        columns = _columns(edge.size, part, at)
        edge, nodes = tree.extended(edge, [line.leaf for line in part])
        if storing:
            await storing
        storing = asyncio.create_task(connection.execute(_APPEND, *columns, *_tree(edge, nodes)))
        await asyncio.sleep(0)  # it is sent now
        stored += part
    if storing:
        await storing
    return edge, stored


def _columns(first: int, lines: list[_Line], at: datetime) -> tuple[object, ...]:
    return (
        list(range(first, first + len(lines))),
        [line.waiting.decision for line in lines],
        [line.waiting.entry.phase.value for line in lines],
        [line.subject.tag if line.subject else None for line in lines],
        [line.body for line in lines],
        [line.leaf for line in lines],
        [entries.sealed(line.waiting.entry, line.subject) if line.subject else None for line in lines],
        at,
    )


def _tree(edge: tree.Edge, nodes: Mapping[tree.Node, bytes]) -> tuple[object, ...]:
    return (
        [node.level for node in nodes],
        [node.place for node in nodes],
        list(nodes.values()),
        edge.size,
        b"".join(edge.hashes),
    )


def _fail(batch: list[_Waiting]) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(_unwritten(waiting.entry))


def _unwritten(entry: entries.Entry) -> problems.Problem:
    return OUTCOME_NOT_LOGGED() if entry.phase is entries.Phase.OUTCOME else LOG_UNAVAILABLE()
