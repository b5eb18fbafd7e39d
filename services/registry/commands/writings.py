"""A person adds and withdraws further writings of her name; each has indexes of its own."""

import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.queries import people as people_queries
from services.registry.queries import reach
from services.registry.queries import writings as queries
from services.registry.rules import indexes, names, people
from services.registry.schemas.people import RecordSealed
from services.registry.schemas.writings import WritingIn, WritingSealed
from services.registry.tables import NameWriting
from shared import ids, problems
from shared.grants import Grant
from shared.runtime import Runtime
from shared.seals import name_of

MAX_WRITINGS = 12
KNOWN = problems.kind(409, "name-writing-known", "This writing is there already", "Add it once for each document.")
TOO_MANY = problems.kind(
    409, "name-writings-too-many", "Too many writings", f"Up to {MAX_WRITINGS} are kept; withdraw one first."
)


async def add(session: AsyncSession, runtime: Runtime, grant: Grant, body: WritingIn) -> NameWriting:
    """Keep a writing as it stands there; at a counter the officer saw the document, otherwise the person says so."""
    await reach.lock(session, grant.subject)
    record, _ = await people_queries.record(session, runtime.vault, grant.subject)
    names.canonical(body.written)
    kept = [await queries.opened(runtime.vault, row) for row in await queries.writings(session, grant.subject)]
    if len(kept) >= MAX_WRITINGS:
        raise TOO_MANY()
    if any((each.written, each.document) == (body.written, body.document) for each in kept):
        raise KNOWN()
    seen = grant.proved_by == "code_at_counter"
    content = WritingSealed(**body.model_dump(), evidence="shown_at_counter" if seen else "said")
    fresh, size = ids.new(), sealing.Size.WRITING
    sealed = await sealing.seal(runtime.vault, grant.subject, f"name_writing.sealed/{fresh}", content, size)
    columns = found_by(runtime.index_keys[0], body.written, record)
    row = NameWriting(id=fresh, subject=grant.subject, sealed=sealed, **columns)
    session.add(row)
    return row


def found_by(key: bytes, written: str, record: RecordSealed) -> dict[str, Any]:
    """The columns by which a writing is found: with the birth date and with the contact of its record."""
    name = names.canonical(written)
    return {
        "name_index": indexes.name_and_birth(key, name, record.birth_date.isoformat()),
        "contact_index": indexes.name_and_contact(key, name, record.phone),
        "indexed_by": name_of(key),
    }


async def follow(session: AsyncSession, runtime: Runtime, subject: str, record: RecordSealed) -> None:
    """Index the person's writings anew: her record has another birth date or contact."""
    for row in await queries.writings(session, subject):
        kept = await queries.opened(runtime.vault, row)
        row.sqlmodel_update(found_by(runtime.index_keys[0], kept.written, record))
        session.add(row)


async def withdraw(session: AsyncSession, grant: Grant, writing: uuid.UUID) -> str:
    """Delete a writing and return the state that it is in now."""
    row = await queries.writing(session, grant.subject, writing)
    await session.delete(row)
    return people.WRITING.after(people.WRITING.initial, "withdraw")
