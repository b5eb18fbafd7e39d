"""Files for the directory: where each is, and what is wrong in it."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.registry.tables import DirectoryImport, ImportFault, ImportPart, StagedListing
from shared import problems


async def own(session: AsyncSession, organization: str, reference: uuid.UUID) -> DirectoryImport:
    """An import of this organisation; 404 for anything else."""
    row = await session.get(DirectoryImport, reference)
    if row is None or row.organization != organization:
        raise problems.NOT_FOUND()
    return row


async def own_locked(session: AsyncSession, organization: str, reference: uuid.UUID) -> DirectoryImport:
    """An import of this organisation, locked for a change; 404 for anything else."""
    query = select(DirectoryImport).where(DirectoryImport.id == reference).with_for_update()
    row = (await session.scalars(query)).first()
    if row is None or row.organization != organization:
        raise problems.NOT_FOUND()
    return row


async def next_in(session: AsyncSession, states: Sequence[str]) -> DirectoryImport | None:
    """The oldest import in one of these states that nobody works on, locked."""
    query = select(DirectoryImport).where(col(DirectoryImport.state).in_(states)).order_by(col(DirectoryImport.id))
    return (await session.scalars(query.limit(1).with_for_update(skip_locked=True))).first()


async def numbers(session: AsyncSession, reference: uuid.UUID) -> frozenset[int]:
    """Numbers of the parts that came."""
    return frozenset((await session.scalars(select(ImportPart.number).where(ImportPart.of == reference))).all())


async def content(session: AsyncSession, reference: uuid.UUID) -> bytes:
    """The file, from its parts."""
    query = select(ImportPart.content).where(ImportPart.of == reference).order_by(col(ImportPart.number))
    return b"".join((await session.scalars(query)).all())


async def repeated(session: AsyncSession, reference: uuid.UUID) -> Sequence[tuple[int, int]]:
    """Lines that offer what an earlier line of the file offers, each with that line."""
    first = func.min(StagedListing.line).over(partition_by=col(StagedListing.id)).label("first")
    lines = select(StagedListing.line, first).where(StagedListing.of == reference).subquery()
    found = await session.execute(select(lines.c.line, lines.c.first).where(lines.c.line > lines.c.first))
    return [(line, earlier) for line, earlier in found.all()]


async def last_line(session: AsyncSession, reference: uuid.UUID) -> int:
    """The last line that is staged; 0 without any."""
    return (await session.scalars(select(func.max(StagedListing.line)).where(StagedListing.of == reference))).one() or 0


async def faults(
    session: AsyncSession, reference: uuid.UUID, after: uuid.UUID | None, limit: int
) -> Sequence[ImportFault]:
    """A page of what is wrong, in the order in which it was found."""
    query = select(ImportFault).where(ImportFault.of == reference).order_by(col(ImportFault.id)).limit(limit)
    if after is not None:
        query = query.where(col(ImportFault.id) > after)
    return (await session.scalars(query)).all()
