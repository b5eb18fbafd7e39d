"""Where another record of a person may be, and what belongs to a record."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, or_, select, union

from services.registry import sealing
from services.registry.queries import people, writings
from services.registry.rules import duplicates
from services.registry.rules.duplicates import Facts
from services.registry.schemas.merging import ComparisonSealed, MergeSealed
from services.registry.tables import (
    CodeSent,
    Comparison,
    Dependant,
    HeldRecord,
    Merge,
    MergePart,
    NameWriting,
    Person,
    RecordRequest,
)
from shared.vault import Vault

Row = TypeVar("Row", Dependant, HeldRecord, RecordRequest, NameWriting)


@dataclass(frozen=True)
class Keys:
    """The keyed indexes under which another record may stand."""

    names: Collection[bytes]
    contacts: Collection[bytes]
    numbers: Collection[bytes]


@dataclass(frozen=True)
class Parts:
    """What belongs to a record beside itself."""

    dependants: list[Dependant]
    held: list[HeldRecord]
    requests: list[RecordRequest]
    writings: list[NameWriting]

    def ids(self) -> list[uuid.UUID]:
        """The id of each thing."""
        rows: list[Dependant | HeldRecord | RecordRequest | NameWriting] = [*self.dependants, *self.held]
        return [row.id for row in [*rows, *self.requests, *self.writings]]


async def comparisons(session: AsyncSession, subject: str, moment: datetime) -> int:
    """How often somebody was compared in the last day, whatever came of it."""
    query = select(func.count()).select_from(Comparison)
    return (await session.scalars(query.where(Comparison.subject == subject, Comparison.expires_at > moment))).one()


async def codes(session: AsyncSession, subject: str, moment: datetime) -> int:
    """How many codes for comparisons that went to this contact have not run out."""
    query = select(func.count()).select_from(CodeSent)
    return (await session.scalars(query.where(CodeSent.subject == subject, CodeSent.expires_at > moment))).one()


async def next_comparison(session: AsyncSession) -> Comparison | None:
    """The next comparison that nobody looked at yet; nobody else takes it."""
    query = select(Comparison).where(Comparison.state == duplicates.COMPARISON.initial).limit(1)
    return (await session.scalars(query.with_for_update(skip_locked=True))).first()


async def comparison(session: AsyncSession, subject: str, comparison_id: uuid.UUID) -> Comparison | None:
    """One comparison of the person, locked for a change."""
    query = select(Comparison).where(Comparison.id == comparison_id, Comparison.subject == subject)
    return (await session.scalars(query.with_for_update())).first()


async def opened(vault: Vault, row: Comparison) -> ComparisonSealed:
    """What is sealed in the comparison."""
    return await sealing.unseal(vault, row.subject, f"comparison.sealed/{row.id}", row.sealed, ComparisonSealed)


async def candidates(session: AsyncSession, keys: Keys, own: str) -> list[Person]:
    """Records under one of the keys beside the own, one more than would be used; not those with a merge to undo."""
    found = union(
        select(Person.subject).where(col(Person.name_index).in_(keys.names)),
        select(Person.subject).where(col(Person.contact_index).in_(keys.contacts)),
        select(Person.subject).where(col(Person.number_index).in_(keys.numbers)),
        select(NameWriting.subject).where(col(NameWriting.name_index).in_(keys.names)),
        select(NameWriting.subject).where(col(NameWriting.contact_index).in_(keys.contacts)),
    ).subquery()
    busy = select(Merge.id).where(Merge.subject == Person.subject, Merge.state == duplicates.MERGE.initial)
    query = select(Person).where(col(Person.subject).in_(select(found.c.subject)), Person.subject != own)
    query = query.where(~busy.exists()).limit(duplicates.MAX_CANDIDATES + 1)
    return list((await session.scalars(query)).all())


async def facts(session: AsyncSession, vault: Vault, row: Person, earlier_phone: str | None = None) -> Facts:
    """What a record says of its person, after unsealing."""
    kept = await people.opened(vault, row)
    further = [await writings.opened(vault, each) for each in await writings.writings(session, row.subject)]
    document = (kept.document_type, kept.document_number) if kept.document_type and kept.document_number else None
    phones = (kept.phone, earlier_phone) if earlier_phone else (kept.phone,)
    return Facts((kept.name, *(each.written for each in further)), kept.birth_date, phones, document)


async def joined_to(session: AsyncSession, subject: str) -> Sequence[Merge]:
    """Every merge in which this record is one of the two."""
    return (await session.scalars(select(Merge).where(or_(Merge.subject == subject, Merge.other == subject)))).all()


async def has_merge(session: AsyncSession, subject: str) -> bool:
    """Whether a merge into this record can still be undone."""
    query = select(Merge.id).where(Merge.subject == subject, Merge.state == duplicates.MERGE.initial).limit(1)
    return (await session.scalars(query)).first() is not None


async def merges(session: AsyncSession, subject: str) -> list[Merge]:
    """The merges of this sign-in that can be undone, newest first."""
    query = select(Merge).where(or_(Merge.subject == subject, Merge.other == subject))
    query = query.where(Merge.state == duplicates.MERGE.initial).order_by(col(Merge.id).desc())
    return list((await session.scalars(query)).all())


async def merge(session: AsyncSession, subject: str, merge_id: uuid.UUID) -> Merge | None:
    """One merge of this sign-in, locked for a change."""
    query = select(Merge).where(Merge.id == merge_id, or_(Merge.subject == subject, Merge.other == subject))
    return (await session.scalars(query.with_for_update())).first()


async def merged(vault: Vault, row: Merge) -> MergeSealed:
    """What the other record was."""
    return await sealing.unseal(vault, row.subject, f"merge.sealed/{row.id}", row.sealed or b"", MergeSealed)


async def next_to_settle(session: AsyncSession, moment: datetime) -> Merge | None:
    """A merge whose time to be undone is over; nobody else takes it."""
    query = select(Merge).where(Merge.state == duplicates.MERGE.initial, Merge.undo_until <= moment).limit(1)
    return (await session.scalars(query.with_for_update(skip_locked=True))).first()


async def parts(session: AsyncSession, subject: str) -> Parts:
    """All that belongs to a subject's record."""
    return Parts(
        await _owned(session, Dependant, subject),
        await _owned(session, HeldRecord, subject),
        await _owned(session, RecordRequest, subject),
        await _owned(session, NameWriting, subject),
    )


async def came_with(session: AsyncSession, row: Merge) -> Parts:
    """What came with the other record, and what was added since about the people that came with it."""
    things = set((await session.scalars(select(MergePart.thing).where(MergePart.merge == row.id))).all())
    every = await parts(session, row.subject)
    return Parts(
        [each for each in every.dependants if each.id in things],
        [each for each in every.held if {each.id, each.dependant} & things],
        [each for each in every.requests if {each.id, each.dependant} & things],
        [each for each in every.writings if each.id in things],
    )


async def _owned(session: AsyncSession, table: type[Row], subject: str) -> list[Row]:
    return list((await session.scalars(select(table).where(table.subject == subject).with_for_update())).all())
