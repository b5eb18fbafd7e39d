"""The indexes of one person are made anew from what is sealed: she is found as before, by the first key alone."""

import secrets
from collections.abc import Iterator

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.commands import consents, people, writings
from services.registry.queries import consents as consent_queries
from services.registry.queries import merging as merging_queries
from services.registry.queries import people as people_queries
from services.registry.queries import reindexing as queries
from services.registry.queries import writings as writing_queries
from services.registry.queries.merging import Parts
from services.registry.rules import indexes, names
from services.registry.schemas.people import RecordSealed
from services.registry.tables import Consent, Person
from shared.problems import Problem
from shared.runtime import Runtime
from shared.seals import name_of

Named = tuple[str, str]  # a name and a birth date
NOBODYS = 32  # random bytes, under which nobody is found


async def reindex(session: AsyncSession, runtime: Runtime, subject: str) -> None:
    """Every row of one person. Raises `sealed-gone` where more than consents is left of one who was erased."""
    parts = await merging_queries.parts(session, subject)
    person = await people_queries.person(session, subject)
    filed_by = [*await _dependants(runtime, parts), *await _merged(session, runtime, subject)]
    if person is not None:
        filed_by += await _record(runtime, person, parts)
    _filed(runtime, parts, person, filed_by)
    for consent in await queries.consents(session, subject):
        await _consent(runtime, consent)


async def _record(runtime: Runtime, row: Person, parts: Parts) -> list[Named]:
    """The record and the writings of its name; under which names things of hers may be filed."""
    key, kept = runtime.index_keys[0], await people_queries.opened(runtime.vault, row)
    row.sqlmodel_update(people.found_by(key, kept))
    written = [kept.name]
    for writing in parts.writings:
        shown = await writing_queries.opened(runtime.vault, writing)
        writing.sqlmodel_update(writings.found_by(key, shown.written, kept))
        written.append(names.canonical(shown.written))
    return [(name, kept.birth_date.isoformat()) for name in written]


async def _dependants(runtime: Runtime, parts: Parts) -> list[Named]:
    found = []
    for row in parts.dependants:
        kept = await people_queries.opened_dependant(runtime.vault, row)
        row.sqlmodel_update(people.found_by(runtime.index_keys[0], kept))
        found.append((kept.name, kept.birth_date.isoformat()))
    return found


async def _merged(session: AsyncSession, runtime: Runtime, subject: str) -> list[Named]:
    records: list[RecordSealed] = []
    for row in await queries.joined(session, subject):
        records.append((await merging_queries.merged(runtime.vault, row)).record)
    return [(record.name, record.birth_date.isoformat()) for record in records]


def _filed(runtime: Runtime, parts: Parts, person: Person | None, filed_by: list[Named]) -> None:
    """What offices filed stays under the name that it was filed under; today's where nothing knows that name."""
    anew = dict(_both(runtime, filed_by))
    about = {row.id: row.name_index for row in parts.dependants}
    nobodys = secrets.token_bytes(NOBODYS)
    for row in parts.held:
        if row.dependant is not None:
            today = about.get(row.dependant, nobodys)
        else:
            today = person.name_index if person else nobodys
        row.name_index, row.indexed_by = anew.get(row.name_index, today), name_of(runtime.index_keys[0])


def _both(runtime: Runtime, filed_by: list[Named]) -> Iterator[tuple[bytes, bytes]]:
    """Every index of these names by each key, with the one by the first."""
    for name, born in filed_by:
        made = [indexes.name_and_birth(key, name, born) for key in runtime.index_keys]
        yield from ((each, made[0]) for each in made)


async def _consent(runtime: Runtime, row: Consent) -> None:
    """Of one who was erased the chain stays, and nobody can look up any more what she was asked."""
    key = runtime.index_keys[0]
    try:
        decided = await consent_queries.opened(runtime.vault, row)
    except Problem as problem:
        if problem.kind is not sealing.GONE:
            raise
        row.asked_index, row.indexed_by = secrets.token_bytes(NOBODYS), name_of(key)
    else:
        row.sqlmodel_update(consents.found_by(key, row.subject, decided))
