"""Whose rows are still found by an older key's indexes, and what those rows are."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select, union

from services.registry.tables import Consent, Dependant, HeldRecord, Merge, NameWriting, Person

TABLES = (Person, NameWriting, Dependant, Consent, HeldRecord)
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:subject, 0))")


async def older(session: AsyncSession, named: str) -> Counter[str]:
    """How many rows each other key than `named` made the indexes of, by its name."""
    left: Counter[str] = Counter()
    for table in TABLES:
        others = or_(col(table.indexed_by) < named, col(table.indexed_by) > named)  # so that the index serves
        counted = select(table.indexed_by, func.count().label("rows")).where(others).group_by(col(table.indexed_by))
        left.update({line.indexed_by: line.rows for line in await session.execute(counted)})
    return left


async def subjects(session: AsyncSession, older: str, after: str, limit: int) -> Sequence[str]:
    """Whose rows these are, in order, so many at a time."""
    of_each = [
        select(table.subject)
        .where(table.indexed_by == older, table.subject > after)
        .order_by(table.subject)
        .limit(limit)
        .subquery()
        for table in TABLES
    ]
    every = union(*(select(each.c.subject) for each in of_each)).subquery()
    return (await session.scalars(select(every.c.subject).order_by(every.c.subject).limit(limit))).all()


async def is_free(session: AsyncSession, subject: str) -> bool:
    """Whether nobody else writes this person now; nobody will until the transaction ends."""
    return bool(await session.scalar(_TRY_LOCK, {"subject": subject}))


async def consents(session: AsyncSession, subject: str) -> Sequence[Consent]:
    """All of the person's, locked."""
    return (await session.scalars(select(Consent).where(Consent.subject == subject).with_for_update())).all()


async def joined(session: AsyncSession, subject: str) -> Sequence[Merge]:
    """The merges into this person's record that still say what the other record was."""
    query = select(Merge).where(Merge.subject == subject, col(Merge.sealed).is_not(None))
    return (await session.scalars(query)).all()
