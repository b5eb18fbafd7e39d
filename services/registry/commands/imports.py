"""Files for the directory are taken in: sent in parts, looked through row by row, applied whole or not at all."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry import terms
from services.registry.queries import imports as queries
from services.registry.rules import offers
from services.registry.schemas.imports import ImportIn, PartIn
from services.registry.tables import DirectoryImport, ImportFault, ImportPart, StagedListing, now
from shared import ids, problems

CHUNK = 500  # rows that are applied by one statement

PARTS_MISSING = problems.kind(
    409, "import-parts-missing", "The file is not complete", "Send the parts in `missing`, then send the file."
)
PART_UNKNOWN = problems.kind(
    409, "import-part-unknown", "The file has no such part", "Parts are counted from 1 to the number announced."
)
DIGEST_WRONG = problems.kind(
    409, "import-digest-wrong", "The parts are not the file", "Compare `sha256`, or cancel and send the file anew."
)

# What a row of a good file says. An earlier capacity than the one that is known is left to lie.
_APPLY = text("""
INSERT INTO listing (id, at_location_id, service, organization, place, address, district, postal_code, languages, hours,
  standing, assured_on, available, maximum, waiting, next_place_on, capacity_on, grams, digest, shown,
  modified_at)
SELECT staged.id, staged.at_location_id, staged.service, staged.organization, staged.place, staged.address,
  staged.district, staged.postal_code, staged.languages, staged.hours, staged.standing, staged.assured_on,
  staged.available, staged.maximum, staged.waiting, staged.next_place_on, staged.capacity_on, staged.grams,
  staged.digest,
  coalesce(staged.service = ANY (organization.services), false), :now
FROM staged_listing AS staged
LEFT JOIN organization ON organization.slug = staged.organization
WHERE staged.of = :of AND staged.line > :after AND staged.line <= :upto
ON CONFLICT (id) DO UPDATE SET
  service = excluded.service, place = excluded.place, address = excluded.address, district = excluded.district,
  postal_code = excluded.postal_code, languages = excluded.languages, hours = excluded.hours,
  standing = excluded.standing, assured_on = greatest(listing.assured_on, excluded.assured_on),
  grams = excluded.grams, digest = excluded.digest, shown = excluded.shown,
  modified_at = excluded.modified_at
WHERE listing.digest <> excluded.digest
""")
_APPLY_CAPACITY = text("""
UPDATE listing SET available = staged.available, maximum = staged.maximum, waiting = staged.waiting,
  next_place_on = staged.next_place_on, capacity_on = staged.capacity_on, modified_at = :now
FROM staged_listing AS staged
WHERE staged.of = :of AND staged.line > :after AND staged.line <= :upto AND listing.id = staged.id
  AND staged.capacity_on > coalesce(listing.capacity_on, '-infinity')
""")


async def announce(session: AsyncSession, organization: str, told: ImportIn) -> DirectoryImport:
    """Begin an import; its parts may come in any order, and again."""
    row = DirectoryImport(
        id=ids.new(),
        form=told.form,
        parts=told.parts,
        digest=told.sha256,
        state=offers.IMPORT.initial,
        organization=organization,
    )
    session.add(row)
    return row


async def keep_part(session: AsyncSession, row: DirectoryImport, number: int, part: PartIn) -> None:
    """Keep a part of a file that is being sent."""
    if not 1 <= number <= row.parts:
        raise PART_UNKNOWN()
    offers.IMPORT.after(row.state, "send")
    statement = upsert(ImportPart).values(of=row.id, number=number, content=part.content)
    same = statement.on_conflict_do_update(index_elements=["of", "number"], set_={"content": part.content})
    await session.execute(same)


async def send(session: AsyncSession, row: DirectoryImport) -> None:
    """Have a file looked through that came whole; 409 when it did not."""
    state = offers.IMPORT.after(row.state, "send")
    if left := missing(row, await queries.numbers(session, row.id)):
        raise PARTS_MISSING(missing=left)
    if hashlib.sha256(await queries.content(session, row.id)).hexdigest() != row.digest:
        raise DIGEST_WRONG()
    row.state = state


async def cancel(session: AsyncSession, row: DirectoryImport) -> None:
    """Give up a file that is not being applied yet."""
    row.state = offers.IMPORT.after(row.state, "cancel")
    await _forget(session, row)


def missing(row: DirectoryImport, came: frozenset[int]) -> list[int]:
    """Numbers of the parts that are still to come; none once the file was sent."""
    wanted = range(1, row.parts + 1) if row.state == offers.IMPORT.initial else range(0)
    return [number for number in wanted if number not in came]


async def stage(
    session: AsyncSession, row: DirectoryImport, read: int, good: Sequence[dict[str, Any]], bad: Sequence[offers.Fault]
) -> None:
    """Keep what was found in the next rows of a file."""
    if good:
        await session.execute(insert(StagedListing), [each | {"of": row.id} for each in good])
    await _complain(session, row, bad)
    row.read += read


def staged(found: offers.Found) -> dict[str, Any]:
    """A row without faults, as it is staged."""
    offer = offers.offer(found.cells)
    name = f"{offer.organization}|{offer.key}"
    told = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(offer).items()}
    del told["key"]
    made = {"id": terms.directory_id("listing", name), "at_location_id": terms.directory_id("at-location", name)}
    return told | made | {"line": found.line}


async def judge(session: AsyncSession, row: DirectoryImport) -> None:
    """Decide about a file whose last row was read: one bad row, and nothing of it is applied."""
    twice = await queries.repeated(session, row.id)
    file = "offers.csv" if row.form == "csv" else "service_at_location"
    reason = "the organisation has this key already on line {}"
    await _complain(session, row, [offers.Fault(file, line, "key", reason.format(first)) for line, first in twice])
    row.state = offers.IMPORT.after(row.state, "refuse" if row.bad else "accept")
    if row.bad:
        await _forget(session, row)


async def reject(session: AsyncSession, row: DirectoryImport, reason: str) -> None:
    """Refuse a file that cannot be read at all."""
    await _complain(session, row, [offers.Fault("", 0, "", reason)])
    row.state = offers.IMPORT.after(row.state, "refuse")
    await _forget(session, row)


async def apply(session: AsyncSession, row: DirectoryImport) -> None:
    """Bring every row of a good file into the directory, in this one transaction; what says the same is left."""
    last = await queries.last_line(session, row.id)
    for after in range(0, last + 1, CHUNK):
        window = {"of": row.id, "after": after, "upto": after + CHUNK, "now": now()}
        for statement in (_APPLY, _APPLY_CAPACITY):
            done = await session.execute(statement, window)
            row.changed += done.rowcount  # type: ignore[attr-defined]  # async execute is typed as Result; this is a CursorResult
    row.state = offers.IMPORT.after(row.state, "finish")
    await _forget(session, row)


async def _complain(session: AsyncSession, row: DirectoryImport, bad: Sequence[offers.Fault]) -> None:
    if bad:
        await session.execute(insert(ImportFault), [asdict(fault) | {"id": ids.new(), "of": row.id} for fault in bad])
        row.bad += len({(fault.file, fault.line) for fault in bad})


async def _forget(session: AsyncSession, row: DirectoryImport) -> None:
    await session.execute(delete(StagedListing).where(col(StagedListing.of) == row.id))
    await session.execute(delete(ImportPart).where(col(ImportPart.of) == row.id))
