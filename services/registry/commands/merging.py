"""Two records of one person become one when she says so, and two again when she says so within 30 days."""

import uuid

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry import sealing
from services.registry.commands import comparing, people, records, writings
from services.registry.queries import merging as queries
from services.registry.queries import people as people_queries
from services.registry.queries import reach
from services.registry.queries import writings as writing_queries
from services.registry.queries.merging import Parts
from services.registry.rules import duplicates
from services.registry.schemas.merging import MergeSealed
from services.registry.schemas.people import RecordSealed
from services.registry.schemas.records import MessageSealed
from services.registry.tables import Merge, MergePart, Person, now
from shared import ids, problems
from shared.grants import Grant
from shared.runtime import Runtime


async def merge(session: AsyncSession, runtime: Runtime, grant: Grant, comparison: uuid.UUID) -> Merge:
    """Join the record that was proved in this comparison to the person's own."""
    other = await comparing.proved(session, runtime, grant, comparison)
    await reach.visible_to_platform(session)
    for subject in sorted((grant.subject, other)):
        await reach.lock(session, subject)
    own_row, other_row = [await people_queries.person(session, each) for each in (grant.subject, other)]
    if own_row is None or other_row is None or await queries.has_merge(session, other):
        raise duplicates.MERGE_IMPOSSIBLE()
    row = await _row(runtime, own_row, other_row)
    session.add(row)
    came = await queries.parts(session, other)
    own, gone = [await people_queries.opened(runtime.vault, each) for each in (own_row, other_row)]
    await _hand_over(session, runtime, came, own_row, own)
    session.add_all(MergePart(merge=row.id, thing=thing) for thing in came.ids())
    await session.delete(other_row)
    words = MessageSealed(to=gone.phone, text=duplicates.merged_message(runtime.settings.region_name))
    await records.notify(session, runtime, other, words)
    return row


async def _row(runtime: Runtime, own: Person, other: Person) -> Merge:
    """The merge, with all that the other record was under the key of who goes on: one erasure ends both."""
    fresh = ids.new()
    kept = MergeSealed(
        record=await people_queries.opened(runtime.vault, other),
        district=other.district,
        seal=other.seal,
        version=other.version,
        updated_at=other.updated_at,
    )
    place, size = f"merge.sealed/{fresh}", sealing.Size.MERGE
    return Merge(
        id=fresh,
        subject=own.subject,
        other=other.subject,
        state=duplicates.MERGE.initial,
        sealed=await sealing.seal(runtime.vault, own.subject, place, kept, size),
        undo_until=now() + duplicates.UNDO,
    )


async def _hand_over(
    session: AsyncSession, runtime: Runtime, moved: Parts, taker: Person, record: RecordSealed
) -> None:
    """Give things to another record: their rows, and what is sealed in them under the key of who had them."""
    held, to = runtime.vault, taker.subject
    for dependant in moved.dependants:
        dependant.subject = to
    for filed in moved.held:
        if filed.dependant is None:
            filed.sealed = await sealing.handed_over(
                held, f"held_record.sealed/{filed.id}", filed.sealed, filed.subject, to
            )
        filed.subject, filed.seal = to, taker.seal
    for asked in moved.requests:
        if asked.answer is not None:
            asked.answer = await sealing.handed_over(
                held, f"record_request.answer/{asked.id}", asked.answer, asked.subject, to
            )
        asked.subject = to
    for writing in moved.writings:
        kept = await writing_queries.opened(held, writing)
        writing.sqlmodel_update(writings.found_by(runtime.index_keys[0], kept.written, record))
        writing.sealed = await sealing.handed_over(
            held, f"name_writing.sealed/{writing.id}", writing.sealed, writing.subject, to
        )
        writing.subject = to
    session.add_all([*moved.dependants, *moved.held, *moved.requests, *moved.writings])


async def undo(session: AsyncSession, runtime: Runtime, grant: Grant, merge: uuid.UUID) -> str:
    """Make two records of one again, each as it was; what was added since stays where it was added."""
    await reach.visible_to_platform(session)
    row = await queries.merge(session, grant.subject, merge)
    if row is None:
        raise problems.NOT_FOUND()
    for subject in sorted((row.subject, row.other)):
        await reach.lock(session, subject)
    state = duplicates.MERGE.after(row.state, "undo")
    kept = await queries.merged(runtime.vault, row)
    restored = await people.row_of(runtime, row.other, kept.record, kept.district, kept.seal)
    restored.version, restored.updated_at = kept.version, kept.updated_at
    session.add(restored)
    await _hand_over(session, runtime, await queries.came_with(session, row), restored, kept.record)
    await _forget_parts(session, row)
    await session.delete(row)
    return state


async def settle_next(session: AsyncSession) -> bool:
    """End one merge whose time to be undone is over: what the other record said is gone. False when there was none."""
    await reach.visible_to_platform(session)
    await comparing.forget(session)
    row = await queries.next_to_settle(session, now())
    if row is None:
        return False
    row.state = duplicates.MERGE.after(row.state, "settle")
    row.sealed = None
    await _forget_parts(session, row)
    session.add(row)
    return True


async def forget(session: AsyncSession, subject: str) -> None:
    """Nothing of a person who is erased is joined to anything, on either side."""
    await reach.visible_to_platform(session)
    for row in await queries.joined_to(session, subject):
        await _forget_parts(session, row)
        await session.delete(row)


async def _forget_parts(session: AsyncSession, row: Merge) -> None:
    await session.execute(delete(MergePart).where(col(MergePart.merge) == row.id))
