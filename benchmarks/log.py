"""`python -m benchmarks.log`: appends, proofs and verification with 1,000 and with many entries, in one run.

Both logs stand side by side in databases of one PostgreSQL (fsync on), each behind the writer that a gateway holds. The
entries that are there before were copied in, their tree made by the log's own code; what is measured goes through the
writer and its queries. Appends: 500 callers at once, each with an entry about one of a thousand people, answered
when it is durable. PostgreSQL is set up as in deploy/k8s (shared_buffers, checkpoints), and each log has taken in
100,000 entries that are not counted: the index of tags is random, and PostgreSQL writes each of its pages whole into
the WAL when it is first touched after a checkpoint, four times in an hour. Proofs: an inclusion proof of a random
entry, made from the database, alone. Checkpoints: a consistency proof from each to the next over the whole log, made
from the database and checked by the verifier that shares no code with the server.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import yaml
from jieli_verify import tree as outside

from benchmarks.directory import postgres
from benchmarks.figures import Side, table
from gateway.audit import queries
from gateway.audit.rules import entries, tree
from tests.service.gateway import logs
from tests.support.postgres import TestServer

SMALL, LARGE = 1_000, 10_000_000
PART = 100_000  # entries of one copy
ROUNDS, CALLERS, EACH, PEOPLE = 15, 500, 8, 1_000
PROOFS, CHECKPOINTS = 300, 1_000
WARM = 25  # rounds that are not counted
FLAT = 1.25
MANIFEST = Path(__file__).parents[1] / "deploy/k8s/base/postgres.yaml"
TAKEN = ("shared_buffers", "checkpoint_timeout", "max_wal_size")
RESULT = Path(__file__).parent / "results" / "log.md"
ENTRY = ("seq", "decision", "phase", "subject_tag", "body", "leaf_hash", "sealed", "at")

Log = logs.Opened


def made(start: int, count: int, at: datetime) -> Iterator[tuple[Any, ...]]:
    """Rows of the log as its writer would make them, without a person."""
    body = entries.canonical(logs.entry(), None, at)
    for seq in range(start, start + count):
        own = body[:-1] + b',"x":"%d"}' % seq
        yield seq, uuid.UUID(int=seq), "intent", os.urandom(32), own, tree.leaf_hash(own), os.urandom(140), at


async def fill(held: Log, count: int) -> None:
    """Copy so many entries in, with the tree over them."""
    connection = await asyncpg.connect(held.addresses["OWNER_DATABASE_URL"].replace("+asyncpg", ""))
    edge, at = tree.EMPTY, datetime.now(UTC)
    for start in range(0, count, PART):
        rows = list(made(start, min(PART, count - start), at))
        edge, nodes = tree.extended(edge, [row[5] for row in rows])
        await connection.copy_records_to_table("log_entry", records=rows, columns=ENTRY)
        await connection.copy_records_to_table("log_node", records=[(*node, value) for node, value in nodes.items()])
    await connection.execute("UPDATE log_head SET size = $1, edge = $2", edge.size, b"".join(edge.hashes))
    for name in ("log_entry", "log_node"):
        await connection.execute(f"VACUUM (ANALYZE) {name}")
    await connection.close()


async def appended(held: Log, side: Side) -> None:
    """One round of appends by all callers at once."""

    asked = [logs.entry(person=f"person-{number % PEOPLE}") for number in range(CALLERS * EACH)]

    async def call(number: int) -> None:
        for entry in asked[number * EACH : (number + 1) * EACH]:
            started = time.perf_counter()
            await held.log.append(entry)
            side.latencies.append(time.perf_counter() - started)

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(call(number) for number in range(CALLERS)))
    side.rates.append(CALLERS * EACH / (time.perf_counter() - begun))
    side.cpu_ms.append((time.process_time() - cpu) * 1000 / (CALLERS * EACH))


async def proved(held: Log, side: Side) -> None:
    """Inclusion proofs of random entries, one after the other."""
    dice = random.Random(20261128)  # noqa: S311 - which entry is no secret
    async with held.engine.connect() as connection:
        size = (await queries.head(connection)).size
        begun = time.perf_counter()
        for _ in range(PROOFS):
            started = time.perf_counter()
            await queries.proof(connection, tree.inclusion_spans(dice.randrange(size), size))
            side.latencies.append(time.perf_counter() - started)
        side.rates.append(PROOFS / (time.perf_counter() - begun))


async def chained(held: Log) -> tuple[float, float]:
    """Seconds to make, and to check from outside, the proofs along a chain of checkpoints over the whole log."""
    async with held.engine.connect() as connection:
        size = (await queries.head(connection)).size
        sizes = sorted({max(1, size * step // CHECKPOINTS) for step in range(1, CHECKPOINTS + 1)})
        roots = [(each, await queries.root(connection, each)) for each in sizes]
        begun = time.perf_counter()
        paths = [await queries.proof(connection, tree.consistency_spans(*pair)) for pair in itertools.pairwise(sizes)]
        middle = time.perf_counter()
    for (older, newer), path in zip(itertools.pairwise(roots), paths, strict=True):
        outside.check_consistency(older, newer, path)
    return middle - begun, time.perf_counter() - middle


def deployed() -> dict[str, str]:
    """What the manifest sets of the PostgreSQL that holds the log."""
    parameters = next(yaml.safe_load_all(MANIFEST.read_text("utf-8")))["spec"]["postgresql"]["parameters"]
    return {name: parameters[name] for name in TAKEN}


async def compare(sizes: list[int]) -> tuple[dict[str, list[Side]], dict[int, tuple[float, float]]]:
    """By what is measured the sides of each size; and the chains of checkpoints."""
    ways: dict[str, Callable[[Log, Side], Awaitable[None]]] = {"appended": appended, "inclusion proof made": proved}
    async with contextlib.AsyncExitStack() as stack:
        server, _ = stack.enter_context(postgres(**deployed()))
        held = {size: await stack.enter_async_context(_log(server, size)) for size in sizes}
        for log, _ in itertools.product(held.values(), range(WARM)):
            await appended(log, Side("not counted"))
        sides = {name: [Side(f"{size:,} entries") for size in sizes] for name in ways}
        for (name, way), _ in itertools.product(ways.items(), range(ROUNDS)):
            for log, side in zip(held.values(), sides[name], strict=True):
                await way(log, side)
        return sides, {size: await chained(log) for size, log in held.items()}


@contextlib.asynccontextmanager
async def _log(server: TestServer, size: int) -> AsyncIterator[Log]:
    async with logs.opened(await logs.create(server)) as held:
        await fill(held, size)
        administrator = await asyncpg.connect(server.admin_url.replace("+asyncpg", ""))
        await administrator.execute("CHECKPOINT")
        await administrator.close()
        yield held


def main() -> int:
    """Measure, print, write; exit 1 when an entry costs more in the large log."""
    parser = argparse.ArgumentParser(description="The log, small and large.")
    parser.add_argument("--entries", type=int, default=LARGE, help="of the large log")
    size = parser.parse_args().entries
    sides, chains = asyncio.run(compare([SMALL, size]))
    explained = (__doc__ or "").partition("\n\n")[2]
    page = [f"# The log at {SMALL:,} and {size:,} entries\n\n{explained}"]
    page += [f"{table(name, pair)}\n" for name, pair in sides.items()]
    small, big = sides["appended"]
    grown, proof = small.rate / big.rate, sides["inclusion proof made"][-1].milliseconds(50)
    page.append(f"**An entry** costs {grown:.2f} times as much in the large log. A proof there: p50 {proof:.2f} ms.\n")
    for count, (making, checking) in chains.items():
        told = f"proofs in {making:.1f} s, verified in {checking:.2f} s"
        page.append(f"**{CHECKPOINTS:,} checkpoints** along {count:,}: {told}.\n")
    RESULT.write_text("\n".join(page))
    print("\n".join(page))
    return 1 if grown > FLAT else 0


if __name__ == "__main__":
    sys.exit(main())
