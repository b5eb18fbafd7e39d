"""Everything that lies on the disks of a region, as a thief without keys takes it: tables, streams, logs, traces."""

import bisect
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg

from deploy.local import places
from deploy.local.postgres import SUPERUSER
from tests.support.launched import Installation

GROWING = (".log", ".blk", ".jsonl")  # what only grows: what came meanwhile is what was added
TABLES = """
SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
DATABASES = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
NOW = "SELECT pg_current_xact_id()::text::bigint AS xid, pg_current_wal_lsn() - '0/0'::pg_lsn AS written"
Dump = list[dict[str, list[Any]]]


@dataclass(frozen=True)
class Moment:
    """Where everything stood: the next transaction, the write-ahead log, and how long each growing file was."""

    at: datetime
    xid: int
    written: int
    lengths: dict[Path, int]


@dataclass
class Thief:
    """One region's disks; moments cut them into what came while each person was there."""

    installation: Installation
    region: str
    moments: list[Moment] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    async def look(self) -> Moment:
        """Note where everything stands now."""
        connection = await self._connected("postgres")
        try:
            row = await connection.fetchrow(NOW)
        finally:
            await connection.close()
        assert row is not None
        lengths = {path: path.stat().st_size for path in self._growing()}
        made = Moment(datetime.now(UTC), row["xid"], int(row["written"]), lengths)
        self.moments.append(made)
        return made

    async def taken(self) -> Dump:
        """For each stretch between two moments, by place, everything that came in it."""
        found: Dump = [defaultdict(list) for _ in self.moments[1:]]
        await self._tables(found)
        self._files(found)
        self._traced(found)
        for place, before, after in zip(found, self.moments, self.moments[1:], strict=False):
            place["write-ahead log"] = [after.written - before.written]
        return found

    async def _connected(self, database: str) -> asyncpg.Connection:
        place = next(each for each in places.regions(self.installation.environ) if each.code == self.region)
        password = json.loads((place.secrets / "secrets.json").read_text())["database"]["superuser"]
        port = place.base + places.POSTGRES
        return await asyncpg.connect(f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}")

    async def _tables(self, found: Dump) -> None:
        """Rows by who wrote them last: transactions are numbered over all databases of a server."""
        admin = await self._connected("postgres")
        names = [row["datname"] for row in await admin.fetch(DATABASES)]
        await admin.close()
        for name in names:
            connection = await self._connected(name)
            for table in [row["name"] for row in await connection.fetch(TABLES)]:
                query = f"SELECT xmin::text::bigint AS xmin_, pg_column_size(t.*) AS size_, t.* FROM {table} t"  # noqa: S608 - from pg_tables
                for row in await connection.fetch(query):
                    self._row(found, f"{name}.{table}", dict(row))
            await connection.close()

    def _row(self, found: Dump, table: str, row: dict[str, Any]) -> None:
        at = bisect.bisect_right([each.xid for each in self.moments], row.pop("xmin_")) - 1
        if 0 <= at < len(found):
            for column, value in row.items():
                found[at][f"{table}.{column}"].append(value)

    def _growing(self) -> list[Path]:
        folder = self.installation.run / self.region
        return sorted(path for path in folder.rglob("*") if path.suffix in GROWING and path.is_file())

    def _files(self, found: Dump) -> None:
        """What was added to each file that only grows; of messages to phones the number is the phone's own."""
        for path in self._growing():
            content = path.read_bytes()
            name = str(path.relative_to(self.installation.run / self.region))
            lengths = [each.lengths.get(path, 0) for each in self.moments]
            for at, (before, after) in enumerate(pairwise(lengths)):
                added = content[before:after].decode("utf-8", "replace")
                if path.suffix == ".jsonl":
                    added = "".join(json.loads(line)["text"] for line in added.splitlines())
                found[at][name].append(added)

    def _traced(self, found: Dump) -> None:
        """Spans by the trace that the person's own front end began."""
        for line in self._spans().splitlines():
            span = json.loads(line)
            trace = span["context"]["trace_id"].removeprefix("0x")
            if trace in self.traces:
                told = [span["name"], span["attributes"], span["status"]]
                found[self.traces.index(trace)]["traces"].append(json.dumps(told, ensure_ascii=False))

    def traced(self, trace: str) -> bool:
        """Whether spans of a trace were written: they are, some seconds later, all that came before together."""
        return trace in self._spans()

    def _spans(self) -> str:
        return Path(self.installation.environ["JIELI_TRACE_FILE"]).read_text("utf-8")
