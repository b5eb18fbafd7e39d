"""Service records and guardian links, one person at a time."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.registry import sealing
from services.registry.rules import legacy, names
from services.registry.schemas import people as schemas
from services.registry.tables import Dependant, Person
from shared import problems
from shared.vault import Vault


async def person(session: AsyncSession, subject: str) -> Person | None:
    """The person's row, locked for a change."""
    return (await session.scalars(select(Person).where(Person.subject == subject).with_for_update())).first()


async def opened(vault: Vault, row: Person) -> schemas.RecordSealed:
    """What is sealed in the row."""
    return await sealing.unseal(vault, row.subject, f"person.sealed/{row.subject}", row.sealed, schemas.RecordSealed)


async def record(session: AsyncSession, vault: Vault, subject: str) -> tuple[schemas.RecordOut, int]:
    """The person's own record and its version; 404 when there is none yet."""
    row = await session.get(Person, subject)
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
    """The one dependant of this person whose name matches; compared after unsealing, two of a name match nobody."""
    key = names.folded(name)
    found = [
        row
        for row in await dependants(session, subject)
        if names.folded((await opened_dependant(vault, row)).name) == key
    ]
    return found[0] if len(found) == 1 else None
