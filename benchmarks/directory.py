"""`python -m benchmarks.directory`: the directory at 10,000 and at 100,000 offers in one run, and how fast files go in.

Both sizes stand side by side in databases of one PostgreSQL (fsync on), each behind the registry's own app in this
process; each thing is asked of the small and of the large one in turn, so that both meet the same machine. What is read
alone is the query, without the HTTP and JSON around it. The table is vacuumed before reading, as the server does by
itself soon after an import.
"""

import asyncio
import contextlib
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.figures import Side, table
from deploy.local import ports
from deploy.local.postgres import Postgres
from services.registry.commands import directory as commands
from services.registry.queries import listings
from shared.contracts import vocabulary
from shared.contracts.events import OrganizationRegistered
from tests.service.registry import offers
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

SMALL, LARGE = 10_000, 100_000
ROUNDS, TURNS = 3, 10
PART = 700_000  # bytes
OFFERS_EACH = 50  # of an organisation
RESULT = Path(__file__).parent / "results" / "directory.md"
TOWNS = ("甘亭", "余下", "草堂", "秦渡", "祖庵", "涝店", "石井", "庞光", "蒋村", "玉蝉")
KINDS = ("小学", "幼儿园", "卫生院", "社区中心", "服务站", "图书馆", "工业园", "法律援助点")
# In characters, by sound, by initials, two words, with an error of each kind, of one place alone, and of none.
TYPED = (
    *("入学", "卫生院", "ruxue", "youeryuan", "rxsq", "草堂 小学", "caotang xiaoxue"),
    *("入雪", "ruxeu", "weishengyaun", "shequzhongxni", "草堂第777小学", "xqvzwkp"),
)

Call = Callable[[str], Awaitable[object]]


def rows(count: int) -> Iterator[dict[str, str]]:
    """Offers of one region, spread over services, organisations and places."""
    codes = sorted(vocabulary.load().services)
    for number in range(count):
        place = f"{TOWNS[number % 10]}第{number // 10}{KINDS[number % 8]}"
        organization = f"org-610118-{number // OFFERS_EACH}"
        yield offers.row(key=str(number), place=place, organization=organization, service=codes[number % len(codes)])


async def organizations(registry: RunningApp, count: int) -> None:
    """Who offers them, as identity would have told."""
    async with registry.runtime.sessions() as session, session.begin():
        for number in range(-(-count // OFFERS_EACH)):
            told = OrganizationRegistered(
                organization=f"org-610118-{number}",
                name=f"{TOWNS[number % 10]}第{number}办事处",
                kind="department",
                parent="org-610118-centre",
                district="610118",
                services=tuple(sorted(vocabulary.load().services)),
            )
            await commands.learn_organization(session, told)


async def fill(registry: RunningApp, count: int) -> float:
    """Import a file of that many rows; seconds from sending it to its last row in force."""
    await organizations(registry, count)
    content = offers.as_csv(rows(count))
    parts = [content[at : at + PART] for at in range(0, len(content), PART)]
    async with offers.coordinator(registry) as client:
        path = await offers.announce(client, content, parts=len(parts))
        for number, part in enumerate(parts, 1):
            (await offers.put(client, path, number, part)).raise_for_status()
        begun = time.perf_counter()
        (await client.post(f"{path}:send")).raise_for_status()

        async def over() -> dict[str, Any]:
            told = (await client.get(path)).json()
            return dict(told) if told["state"] in ("applied", "refused") else {}

        done = await until(over, 3600)
    if (done["state"], done["changed"]) != ("applied", count):
        raise RuntimeError(f"the import did not go through: {done}")
    return time.perf_counter() - begun


async def timed(ways: Sequence[tuple[Call, list[str]]], sides: Sequence[Side]) -> None:
    """One round: everything asked for in turn, one at a time, of each size before the next."""
    spent = [0.0] * len(sides)
    (_, asked), *_ = ways
    for number in range(len(asked)):
        for place, ((call, wanted), side) in enumerate(zip(ways, sides, strict=True)):
            started = time.perf_counter()
            await call(wanted[number])
            side.latencies.append(time.perf_counter() - started)
            spent[place] += side.latencies[-1]
    for side, seconds in zip(sides, spent, strict=True):
        side.rates.append(len(asked) / seconds)


def calls(registry: RunningApp, ids: list[str]) -> dict[str, tuple[Call, list[str]]]:
    """What is measured: a call, and what it is asked for."""

    async def get(path: str) -> None:
        async with registry.as_() as anybody:
            (await anybody.get(f"/directory/{path}")).raise_for_status()

    async def query(typed: str) -> None:
        async with registry.runtime.sessions() as session, session.begin():
            await listings.lines(session, listings.Wanted(1, 20, typed, placed=True))

    searches = [f"service_at_locations?per_page=20&search={typed}" for typed in TYPED]
    return {
        "search, the query alone": (query, list(TYPED) * TURNS),
        "search": (get, searches * TURNS),
        "one service by its id": (get, [f"services/{each}" for each in ids]),
        "first page of all": (get, ["services?per_page=20"] * 50),
    }


async def some_ids(registry: RunningApp) -> list[str]:
    """Ids from all over the directory."""
    async with registry.as_() as anybody:
        pages = [
            (await anybody.get("/directory/services", params={"page": page, "per_page": 10})).json()["contents"]
            for page in range(1, 1000, 77)
        ]
    return [each["id"] for page in pages for each in page]


async def compare(server: TestServer, directory: Path) -> tuple[dict[str, list[Side]], dict[int, float]]:
    """By what is measured: the small and the large directory; and rows a second of each import."""
    async with contextlib.AsyncExitStack() as stack:
        sizes = {
            count: await stack.enter_async_context(_registry(server, directory, count)) for count in (SMALL, LARGE)
        }
        speeds = {count: count / await fill(registry, count) for count, registry in sizes.items()}
        for registry in sizes.values():
            await vacuumed(registry)
        measured = [calls(registry, await some_ids(registry)) for registry in sizes.values()]
        sides = {name: [Side(f"{count:,} offers") for count in sizes] for name in measured[0]}
        for _ in range(ROUNDS):
            for name, pair in sides.items():
                await timed([each[name] for each in measured], pair)
    return sides, speeds


async def vacuumed(registry: RunningApp) -> None:
    """What the server does by itself within minutes of an import."""
    engine = create_async_engine(registry.settings.owner_database_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("VACUUM (ANALYZE) listing"))
    await engine.dispose()


@contextlib.asynccontextmanager
async def _registry(server: TestServer, directory: Path, count: int) -> AsyncIterator[RunningApp]:
    own = directory / str(count)
    own.mkdir()
    async with apps.running("registry", server, own) as running:
        yield running


@contextlib.contextmanager
def postgres(**settings: str) -> Iterator[tuple[TestServer, Path]]:
    """A PostgreSQL as `make run` starts it, but for these settings."""
    directory = Path(tempfile.mkdtemp(prefix="jieli-bench-"))
    directory.chmod(0o711)  # PostgreSQL may run as nobody and has to pass through
    password, log = secrets.token_hex(16), directory / "postgres.log"
    server = Postgres(directory / "data", ports.free(), password, log, extra=settings)
    try:
        server.prepare()
        server.launch()
        server.wait_ready()
        yield TestServer(server), directory
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def main() -> int:
    """Measure, print, write; exit 1 when a p99 at the large size is beyond twice that at the small."""
    with postgres() as (server, directory):
        found, speeds = asyncio.run(compare(server, directory))
    explained = (__doc__ or "").partition("\n\n")[2]
    page = [f"# The directory at {SMALL:,} and {LARGE:,} offers\n\n{explained}"]
    page += [f"{table(name, sides)}\n" for name, sides in found.items()]
    ratios = {name: large.milliseconds(99) / small.milliseconds(99) for name, (small, large) in found.items()}
    told = "; ".join(f"{name}: {ratio:.2f}" for name, ratio in ratios.items())
    page.append(f"**p99 at {LARGE:,} to p99 at {SMALL:,}**: {told}.\n")
    rates = ", ".join(f"{count:,} rows at {speed:,.0f} a second" for count, speed in speeds.items())
    page.append(f"**Import**, from sending the file to its last row in force: {rates}.\n")
    RESULT.write_text("\n".join(page))
    print("\n".join(page))
    return 1 if max(ratios.values()) > 2 else 0


if __name__ == "__main__":
    sys.exit(main())
