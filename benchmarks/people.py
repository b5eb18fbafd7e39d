"""`python -m benchmarks.people`: the registry of 10,000 and of a million people in one run, one looked up at a time.

Both sizes stand side by side in databases of one PostgreSQL (fsync on), each behind the registry's own app in this
process; every call is made to the small and to the large one in turn, so that both meet the same machine. Those who are
looked up, 400 at each size, wrote their records and gave two consents each through the registry's own API, spread
evenly among the others. The others were copied in: keyed indexes made by the registry's own rules over made-up people,
one consent and a key each, and random bytes of the right size where something would be sealed, which is all that the
database sees of it. Afterwards the tables were vacuumed and analysed, as the server does by itself within minutes, and
a checkpoint was made. Gateway and network stay out: the question is what grows with the number of people. Where the
tables (16 GB for a million) are larger than the machine's memory, what its disk takes comes on top.
"""

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import asyncpg

from benchmarks.directory import postgres
from benchmarks.figures import Side, table
from services.registry.commands import comparing
from services.registry.queries import merging, people, reach
from services.registry.queries.merging import Keys
from services.registry.rules import indexes
from services.registry.rules.duplicates import Facts
from services.registry.sealing import Size
from shared import ids, settings
from shared.contracts import clock
from shared.seals import name_of
from tests.support import apps, grants, labelled
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer

SMALL, LARGE = 10_000, 1_000_000
SLICES, IN_SLICE = 100, 4  # people who are looked up, in each slice of the table
ROUNDS, SEED, MOST = 3, 20261128, 2.0
AROUND = 29  # bytes of version, nonce and tag around what is sealed
SEAL, WRAPPED = 200, 40  # characters of a seal, bytes of a wrapped key
ROOM = 20_000  # bytes on disk for one person with all that was copied in, write-ahead log included
RESULT = Path(__file__).parent / "results" / "people.md"
COLUMNS = {
    "person": [
        *("subject", "district", "sealed", "seal", "name_index", "contact_index", "number_index"),
        *("version", "updated_at", "indexed_by"),
    ],
    "consent": "id subject expires_on asked_index sealed head decided_at indexed_by".split(),
    "consent_event": "consent sequence subject previous hash sealed".split(),
    "person_key": ["person", "wrapped", "kek"],
}
ASKED = (
    {
        "recipient": "org-610118-education",
        "purpose": "school_enrolment",
        "fields": ["儿童姓名"],
        "sensitive": ["minor"],
    },
    {"recipient": "org-610118-housing", "purpose": "housing_help", "fields": ["争议"], "sensitive": []},
)
STATE = """
SELECT relname AS table, n_live_tup AS rows, n_dead_tup AS dead, pg_size_pretty(pg_total_relation_size(relid)) AS size,
       vacuum_count AS vacuumed, analyze_count AS analysed, autovacuum_count AS by_itself,
       autoanalyze_count AS analysed_by_itself
FROM pg_stat_user_tables WHERE relname = ANY($1) ORDER BY relname
"""

KINDS = tuple(each.name for each in fields(Keys))
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Row = tuple[object, ...]


@dataclass(frozen=True)
class Known:
    """Somebody who wrote her record through the API."""

    subject: str
    facts: Facts


Call = Callable[[Known], Awaitable[bool]]


@dataclass
class Town:
    """A registry of so many people, and its databases as their administrator sees them."""

    registry: RunningApp
    count: int
    database: Connection
    keys: Connection
    chance: random.Random = field(default_factory=lambda: labelled.seeded(SEED))
    known: list[Known] = field(default_factory=list)

    @property
    def key(self) -> bytes:
        """The key of its indexes."""
        return bytes.fromhex(self.registry.settings.index_key)

    async def fill(self) -> float:
        """Let everybody in; how many a second."""
        begun = time.perf_counter()
        for number in range(SLICES):
            before, after = (self.count * part // SLICES for part in (number, number + 1))
            await self._copied(after - before - IN_SLICE)
            self.known += [await self._known() for _ in range(IN_SLICE)]
        for connection in (self.database, self.keys):
            await connection.execute("VACUUM (ANALYZE)")
        await self.database.execute("CHECKPOINT")
        return self.count / (time.perf_counter() - begun)

    async def _copied(self, count: int) -> None:
        everybody = [(str(uuid.uuid4()), labelled.person(self.chance)) for _ in range(count)]
        given = [consent(self.key, subject) for subject, _ in everybody]
        kek = name_of(settings.in_turn(self.registry.settings.kek)[0])
        wrapped = ((subject, os.urandom(WRAPPED), kek) for subject, _ in everybody)
        await self.keys.copy_records_to_table(
            "person_key", schema_name="registry", records=wrapped, columns=COLUMNS["person_key"]
        )
        for name, records in (
            ("person", (person(self.key, *each) for each in everybody)),
            ("consent", (row for row, _ in given)),
            ("consent_event", (event for _, event in given)),
        ):
            await self.database.copy_records_to_table(name, records=records, columns=COLUMNS[name])

    async def _known(self) -> Known:
        """One who comes by the front door; she has a document, so that each way of looking is tried with each."""
        facts = labelled.person(self.chance)
        while not facts.document:
            facts = labelled.person(self.chance)
        caller = grants.resident(self.registry.settings, str(uuid.uuid4()), "s" * SEAL)
        async with self.registry.as_(caller) as herself:
            (await herself.put("/v1/me/record", json=said(facts))).raise_for_status()
            for asked in ASKED:
                (await herself.post("/v1/me/consents", json=decision(asked))).raise_for_status()
        return Known(str(caller.claims["subject"]), facts)

    async def state(self) -> str:
        """What the server says of the tables."""
        columns = "table rows dead size vacuumed analysed by_itself analysed_by_itself".split()
        titles = "| table | rows | dead | size | vacuumed | analysed | vacuumed by itself | analysed by itself |"
        found = [*await self.database.fetch(STATE, list(COLUMNS)), *await self.keys.fetch(STATE, list(COLUMNS))]
        lines = ["| " + " | ".join(str(row[name]) for name in columns) + " |" for row in found]
        return "\n".join([titles, "|---" * len(columns) + "|", *lines])


def person(key: bytes, subject: str, facts: Facts) -> Row:
    """A row of `person` as the registry would write it, but for what is sealed."""
    name, born, contact = facts.writings[0], facts.born.isoformat(), facts.phones[0]
    keyed = (
        indexes.name_and_birth(key, name, born),
        indexes.name_and_contact(key, name, contact),
        indexes.number(key, *facts.document) if facts.document else None,
    )
    written = (1, datetime.now(UTC), name_of(key))
    return subject, apps.REGION, os.urandom(Size.PERSON + AROUND), "s" * SEAL, *keyed, *written


def consent(key: bytes, subject: str) -> tuple[Row, Row]:
    """A row of `consent` and the row of its event, but for what is sealed."""
    made, head, moment = ids.new(), os.urandom(32).hex(), datetime.now(UTC)
    asked = indexes.asked(key, subject, str(ASKED[0]["recipient"]), str(ASKED[0]["purpose"]))
    sealed = os.urandom(Size.CONSENT + AROUND)
    row = (made, subject, clock.day_of(moment), asked, sealed, head, moment, name_of(key))
    return row, (made, 1, subject, "0" * 64, head, os.urandom(Size.EVENT + AROUND))


def said(facts: Facts) -> dict[str, str]:
    """A record as its person would send it."""
    assert facts.document is not None
    kind, number = facts.document
    return {
        "name": facts.writings[0],
        "document_type": kind,
        "document_number": number,
        "birth_date": facts.born.isoformat(),
        "phone": facts.phones[0],
        "district": apps.REGION,
    }


def decision(asked: dict[str, Any]) -> dict[str, Any]:
    """A consent as its person would send it."""
    return asked | {
        "referral": str(uuid.uuid4()),
        "agreement": "agr-benchmark",
        "agreement_version": 1,
        "consent_hash": "a" * 64,
        "notice": {"id": asked["purpose"], "version": 1, "language": "zh-Hans", "channel": "web"},
        "decision": "given",
        "expires_on": str(clock.day_of(datetime.now(UTC) + timedelta(days=90))),
    }


def calls(town: Town) -> dict[str, Call]:
    """What is measured, each by the registry's own code; a call says whether it found what it should."""
    runtime = town.registry.runtime

    async def found(known: Known, keys: Keys) -> bool:
        async with runtime.sessions() as session, session.begin():
            await reach.visible_to_platform(session)
            return known.subject in [row.subject for row in await merging.candidates(session, keys, "")]

    def under(*kinds: str) -> Call:
        def call(known: Known) -> Awaitable[bool]:
            every = comparing.keys([town.key], known.facts)
            return found(known, Keys(*(getattr(every, kind) if kind in kinds else [] for kind in KINDS)))

        return call

    async def record(known: Known) -> bool:
        async with runtime.sessions() as session, session.begin():
            await reach.visible_to_subject(session, known.subject)
            kept, _ = await people.record(session, runtime.vault, known.subject)
            return kept.name == known.facts.writings[0]

    async def get(known: Known, path: str) -> Any:
        async with town.registry.as_(grants.resident(town.registry.settings, known.subject)) as herself:
            return (await herself.get(path)).raise_for_status().json()

    async def asked_record(known: Known) -> bool:
        return bool((await get(known, "/v1/me/record"))["name"] == known.facts.writings[0])

    async def consents(known: Known) -> bool:
        return len((await get(known, "/v1/me/consents"))["consents"]) == len(ASKED)

    return {
        "looked up by name and birth date": under("names"),
        "looked up by name and contact": under("contacts"),
        "looked up by document number": under("numbers"),
        "looked up by all three at once": under(*KINDS),
        "a record by its id, opened": record,
        "`GET /v1/me/record` of the app": asked_record,
        "`GET /v1/me/consents` of the app, both opened": consents,
    }


async def measured(towns: Sequence[Town]) -> dict[str, list[Side]]:
    """By what is measured: each size. Before, some are asked once unmeasured, for what is made once only."""
    made = [calls(town) for town in towns]
    sides = {name: [Side(f"{town.count:,} people") for town in towns] for name in made[0]}
    for name, pair in sides.items():
        ways = [each[name] for each in made]
        await in_turn(towns, ways, [Side("") for _ in towns], IN_SLICE)
        for _ in range(ROUNDS):
            await in_turn(towns, ways, pair, SLICES * IN_SLICE)
    return sides


async def in_turn(towns: Sequence[Town], ways: Sequence[Call], sides: Sequence[Side], count: int) -> None:
    """One round: so many people of each size, one at a time, the sizes in turn."""
    spent = [0.0] * len(towns)
    for number in range(count):
        for place, (town, way, side) in enumerate(zip(towns, ways, sides, strict=True)):
            started = time.perf_counter()
            right = await way(town.known[number])
            side.latencies.append(time.perf_counter() - started)
            side.wrong += not right
            spent[place] += side.latencies[-1]
    for side, seconds in zip(sides, spent, strict=True):
        side.rates.append(count / seconds)


async def compare(server: TestServer, directory: Path, count: int) -> tuple[dict[str, list[Side]], list[str]]:
    """By what is measured: the few and the many; and what there is to say of both."""
    async with contextlib.AsyncExitStack() as stack:
        towns = [await stack.enter_async_context(_town(server, directory, each)) for each in (SMALL, count)]
        speeds = [f"{town.count:,} at {await town.fill():,.0f} a second" for town in towns]
        sides = await measured(towns)
        told = [f"**Copied in**, with indexes, vacuum and checkpoint: {', '.join(speeds)}.\n"]
        told += [f"**How the tables of {town.count:,} people stand**\n\n{await town.state()}\n" for town in towns]
    return sides, told


@contextlib.asynccontextmanager
async def _town(server: TestServer, directory: Path, count: int) -> AsyncIterator[Town]:
    own = directory / str(count)
    own.mkdir()
    async with apps.running("registry", server, own) as registry, contextlib.AsyncExitStack() as stack:
        urls = (registry.settings.database_url, registry.settings.keys_database_url)
        named = [server.server.url(urlsplit(str(url)).path[1:]) for url in urls]
        database, keys = [await asyncpg.connect(url) for url in named]
        for connection in (database, keys):
            stack.push_async_callback(connection.close)
        yield Town(registry, count, database, keys)


def written(sides: dict[str, list[Side]], told: list[str], ratios: dict[str, float], count: int) -> str:
    """The page."""
    explained = (__doc__ or "").partition("\n\n")[2]
    page = [f"# The registry of {SMALL:,} and of {count:,} people\n\n{explained}"]
    page += [f"{table(name, pair)}\n" for name, pair in sides.items()]
    words = "; ".join(f"{name}: {ratio:.2f}" for name, ratio in ratios.items())
    page.append(f"**p99 at {count:,} to p99 at {SMALL:,}**: {words}.\n")
    return "\n".join([*page, *told])


def main() -> int:
    """Measure and print, and write the million; exit 1 when a p99 of the many is beyond twice that of the few."""
    parser = argparse.ArgumentParser(prog="benchmarks.people")
    parser.add_argument("--people", type=int, default=LARGE, help="how many instead of a million; printed, not written")
    count = parser.parse_args().people
    with postgres() as (server, directory):
        if (free := shutil.disk_usage(directory).free) < count * ROOM:
            parser.error(f"{count:,} people take {count * ROOM / 1e9:.0f} GB and {free / 1e9:.0f} GB are free")
        sides, told = asyncio.run(compare(server, directory, count))
    ratios = {name: many.milliseconds(99) / few.milliseconds(99) for name, (few, many) in sides.items()}
    page = written(sides, told, ratios, count)
    print(page)
    if count == LARGE:
        RESULT.write_text(page)
    wrong = sum(side.wrong for pair in sides.values() for side in pair)
    print(f"not found, or somebody else: {wrong}")
    return 1 if wrong or max(ratios.values()) > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
