"""Files for the directory are worked through beside the requests; after a kill, on from the last rows kept."""

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.commands import imports as commands
from services.registry.queries import directory
from services.registry.queries import imports as queries
from services.registry.rules import offers, packages
from services.registry.tables import DirectoryImport, now
from shared.background import rounds
from shared.contracts import clock, vocabulary
from shared.runtime import Runtime

PAUSE = 0.5  # seconds between looks
ROWS = 500  # that are looked through between two commits

NOTHING = offers.Known(frozenset(), {}, frozenset(), date.min)

log = structlog.get_logger()


async def load(runtime: Runtime) -> None:
    """Work files through, until cancelled."""
    reading = Reading()

    async def one() -> bool:
        nonlocal reading
        try:
            return await step(runtime, reading)
        except BaseException:  # what was read is not what stands in the database
            reading = Reading()
            raise

    await rounds(PAUSE, one, runtime.is_quiet)


@dataclass
class Reading:
    """The file that is being looked through, so that it is opened once; where it is stands in the database."""

    of: uuid.UUID | None = None
    at: int = 0
    rows: Iterator[offers.Found] = field(default_factory=lambda: iter(()))
    known: offers.Known = NOTHING


async def step(runtime: Runtime, reading: Reading) -> bool:
    """Take the oldest file one step on; False when there was none."""
    async with runtime.sessions() as session, session.begin():
        row = await queries.next_in(session, ("checking", "applying"))
        if row is None:
            return False
        if row.state == "applying":
            await commands.apply(session, row)
            return True
        try:
            await _check(session, runtime, row, reading)
        except packages.BadPackage as error:
            await commands.reject(session, row, str(error))
    return True


async def _check(session: AsyncSession, runtime: Runtime, row: DirectoryImport, reading: Reading) -> None:
    if (reading.of, reading.at) != (row.id, row.read):
        reading.known = await _known(session, runtime)
        content = await queries.content(session, row.id)
        reading.rows = await asyncio.to_thread(_opened, row.form, content, row.read)
        reading.of, reading.at = row.id, row.read
    found = await asyncio.to_thread(lambda: list(itertools.islice(reading.rows, ROWS)))
    if not found:
        return await commands.judge(session, row)
    bad, good = await asyncio.to_thread(_sorted, found, reading.known)
    await commands.stage(session, row, len(found), good, bad)
    reading.at = row.read


def _opened(form: str, content: bytes, read: int) -> Iterator[offers.Found]:
    """The rows of a file from the first that was not read yet."""
    rows = packages.rows(form, content)
    return itertools.islice(rows, read, None)


def _sorted(found: list[offers.Found], known: offers.Known) -> tuple[list[offers.Fault], list[dict[str, object]]]:
    """What is wrong in these rows, and those in which nothing is."""
    bad: list[offers.Fault] = []
    good: list[dict[str, object]] = []
    for each in found:
        wrong = offers.faults(each, known)
        bad += wrong
        if not wrong:
            good.append(commands.staged(each))
    return bad, good


async def _known(session: AsyncSession, runtime: Runtime) -> offers.Known:
    closed = vocabulary.load(runtime.settings.vocabulary_key)
    return offers.Known(
        services=frozenset(closed.services),
        offers=await directory.offered_services(session),
        districts=await directory.districts(session),
        today=clock.day_of(now()),
    )
