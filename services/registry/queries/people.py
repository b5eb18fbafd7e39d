"""Service records and guardian links, one person at a time."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.registry import sealing
from services.registry.rules import duplicates, legacy, names
from services.registry.schemas import people as schemas
from services.registry.tables import Dependant, Merge, Person
from shared import problems
from shared.vault import Vault


async def person(session: AsyncSession, subject: str) -> Person | None:
    """The person's row, locked for a change."""
    return (await session.scalars(select(Person).where(Person.subject == subject).with_for_update())).first()


async def seen(session: AsyncSession, subject: str) -> Person | None:
    """The person's row, to look at."""
    return await session.get(Person, subject)


async def opened(vault: Vault, row: Person) -> schemas.RecordSealed:
    """What is sealed in the row."""
    return await sealing.unseal(vault, row.subject, f"person.sealed/{row.subject}", row.sealed, schemas.RecordSealed)


async def record(session: AsyncSession, vault: Vault, subject: str) -> tuple[schemas.RecordOut, int]:
    """The person's own record and its version; 404 when there is none yet, 409 when it was joined with another."""
    row = await seen(session, subject)
    if row is None and (merge := await joined(session, subject)):
        raise duplicates.MERGED_AWAY(merge=str(merge.id))
    if row is None:
        raise problems.NOT_FOUND()
    kept = await opened(vault, row)
    differs = names.differs_in_writing_only(kept.name, kept.name_as_typed.strip())
    standard = names.canonical(legacy.standard(kept.name))
    shown = schemas.RecordOut(
        **kept.model_dump(),
        district=row.district,
        writing_differs=differs,
        standard_writing=standard if standard != kept.name else None,
    )
    return shown, row.version


async def joined(session: AsyncSession, subject: str) -> Merge | None:
    """The merge that took this subject's record to another sign-in of the same person, while it can be undone."""
    query = select(Merge).where(Merge.other == subject, Merge.state == duplicates.MERGE.initial)
    return (await session.scalars(query)).first()


async def standing(session: AsyncSession, subject: str) -> str:
    """Under which subject the record is that an older matter names: its own, or the one that it was joined with."""
    if await seen(session, subject) is not None:
        return subject
    query = select(Merge.subject).where(Merge.other == subject).order_by(col(Merge.id).desc())
    return (await session.scalars(query)).first() or subject


async def dependants(session: AsyncSession, subject: str) -> list[Dependant]:
    """All whom the person answers for, oldest link first."""
    rows = await session.scalars(select(Dependant).where(Dependant.subject == subject).order_by(col(Dependant.id)))
    return list(rows.all())


async def dependant(session: AsyncSession, subject: str, dependant_id: uuid.UUID) -> Dependant:
    """One the person answers for; 404 for anybody else."""
    rows = await session.scalars(select(Dependant).where(Dependant.id == dependant_id, Dependant.subject == subject))
    row = rows.first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def opened_dependant(vault: Vault, row: Dependant) -> schemas.DependantSealed:
    """What is sealed in the row, under the dependant's own key."""
    place = f"dependant.sealed/{row.id}"
    return await sealing.unseal(vault, str(row.id), place, row.sealed, schemas.DependantSealed)


async def dependant_named(session: AsyncSession, vault: Vault, subject: str, name: str) -> Dependant | None:
    """The one dependant of this person whose name matches; compared after unsealing, two of a name match nobody.

    Two links to one child (same birth date) come of a merge: the older serves.
    """
    key = names.folded(name)
    opened_rows = [(row, await opened_dependant(vault, row)) for row in await dependants(session, subject)]
    found = [(row, kept.birth_date) for row, kept in opened_rows if names.folded(kept.name) == key]
    return found[0][0] if len({born for _, born in found}) == 1 else None
