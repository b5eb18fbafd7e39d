"""Records held here, a person's own requests, and what peers ask for."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from services.registry import sealing
from services.registry.queries import people
from services.registry.schemas import records as schemas
from services.registry.tables import HeldRecord, Message, Person, RecordRequest, Release
from shared import problems
from shared.vault import Vault


async def own_request(session: AsyncSession, subject: str, request: uuid.UUID) -> RecordRequest:
    """One request of the person; 404 otherwise."""
    query = select(RecordRequest).where(RecordRequest.id == request, RecordRequest.subject == subject)
    row = (await session.scalars(query)).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def own_requests(
    session: AsyncSession, subject: str, before: uuid.UUID | None, limit: int
) -> list[RecordRequest]:
    """A page of the person's requests, newest first."""
    query = select(RecordRequest).where(RecordRequest.subject == subject)
    if before is not None:
        query = query.where(col(RecordRequest.id) < before)
    return list((await session.scalars(query.order_by(col(RecordRequest.id).desc()).limit(limit))).all())


async def request(session: AsyncSession, request_id: uuid.UUID) -> RecordRequest:
    """A request as the gateway names it, locked for a change; 404 otherwise."""
    row = (await session.scalars(select(RecordRequest).where(RecordRequest.id == request_id).with_for_update())).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def requested(session: AsyncSession, request_id: uuid.UUID) -> RecordRequest | None:
    """A request that waits for its answer, locked for a change."""
    query = select(RecordRequest).where(RecordRequest.id == request_id, RecordRequest.state == "requested")
    return (await session.scalars(query.with_for_update())).first()


async def held_record(session: AsyncSession, row: Release) -> HeldRecord | None:
    """The record that a peer's request found here, if it found one."""
    return await session.get(HeldRecord, row.held)


async def answer(vault: Vault, row: RecordRequest) -> schemas.Document:
    """The record that came back; 404 while there is none."""
    if row.answer is None:
        raise problems.NOT_FOUND()
    place = f"record_request.answer/{row.id}"
    return await sealing.unseal(vault, row.subject, place, row.answer, schemas.Document)


async def claims(session: AsyncSession, vault: Vault, row: RecordRequest) -> schemas.Claims:
    """What identifies the record elsewhere, taken from the person's own entries after unsealing."""
    if row.dependant is not None:
        dependant = await people.dependant(session, row.subject, row.dependant)
        kept = await people.opened_dependant(vault, dependant)
        return schemas.Claims(name=kept.name, birth_date=kept.birth_date)
    own, _ = await people.record(session, vault, row.subject)
    return schemas.Claims(name=own.name, birth_date=own.birth_date)


async def release(session: AsyncSession, request_id: uuid.UUID) -> Release | None:
    """What a peer asked for, locked for a change."""
    return (await session.scalars(select(Release).where(Release.request == request_id).with_for_update())).first()


async def next_received(session: AsyncSession) -> Release | None:
    """The next request of a peer that was not looked at yet; nobody else takes it."""
    query = select(Release).where(Release.state == "received").limit(1).with_for_update(skip_locked=True)
    return (await session.scalars(query)).first()


async def the_one_held(
    session: AsyncSession, name_indexes: Sequence[bytes], record_type: str
) -> tuple[HeldRecord, Person] | None:
    """The newest such record of the one person whom an index names; two different people match nobody."""
    query = select(HeldRecord, Person).join(Person, col(Person.subject) == HeldRecord.subject)
    query = query.where(col(HeldRecord.name_index).in_(name_indexes), HeldRecord.record_type == record_type)
    rows = (await session.execute(query.order_by(col(HeldRecord.id).desc()).limit(50))).all()
    if len({held.subject for held, _ in rows}) != 1:
        return None
    found, person = rows[0]
    return found, person


async def codes_alive(session: AsyncSession, subject: str, moment: datetime) -> int:
    """How many codes that went to this person's contact have not run out, used or not."""
    query = select(func.count()).select_from(Release).join(HeldRecord, col(HeldRecord.id) == Release.held)
    return (await session.scalars(query.where(HeldRecord.subject == subject, Release.expires_at > moment))).one()


async def own_held(session: AsyncSession, subject: str, before: uuid.UUID | None, limit: int) -> Sequence[HeldRecord]:
    """A page of what offices filed for the person and those she answers for, newest first."""
    query = select(HeldRecord).where(HeldRecord.subject == subject)
    if before is not None:
        query = query.where(col(HeldRecord.id) < before)
    return (await session.scalars(query.order_by(col(HeldRecord.id).desc()).limit(limit))).all()


async def opened(vault: Vault, row: HeldRecord) -> schemas.Document:
    """What was filed."""
    owner = str(row.dependant or row.subject)
    return await sealing.unseal(vault, owner, f"held_record.sealed/{row.id}", row.sealed, schemas.Document)


async def held(session: AsyncSession, vault: Vault, row: Release) -> schemas.Document:
    """The record that a release names; 404 unless it was confirmed."""
    found = await session.get(HeldRecord, row.held) if row.state == "released" and row.held else None
    if found is None:
        raise problems.NOT_FOUND()
    return await opened(vault, found)


async def next_message(session: AsyncSession, resting: Collection[uuid.UUID]) -> Message | None:
    """The oldest message on its way but for those that rest; nobody else takes it."""
    query = select(Message).where(col(Message.id).not_in(resting))
    query = query.order_by(col(Message.id)).limit(1).with_for_update(skip_locked=True)
    return (await session.scalars(query)).first()
