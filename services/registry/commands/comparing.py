"""Looking for another record of a person who is present: the answer tells nothing, a code goes to its contact."""

import hmac
import secrets
import uuid
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.commands import records
from services.registry.queries import merging as queries
from services.registry.queries import people as people_queries
from services.registry.queries import reach
from services.registry.rules import duplicates, indexes, people
from services.registry.rules import records as record_rules
from services.registry.rules.duplicates import Facts
from services.registry.schemas.merging import CompareIn, ComparisonSealed, Found
from services.registry.schemas.records import MessageSealed
from services.registry.tables import CodeSent, Comparison, Person, now
from shared import ids, problems
from shared.grants import Grant
from shared.runtime import Runtime

_TRY = text("""
UPDATE comparison SET tries = tries + 1 WHERE id = :id AND subject = :subject AND tries < :most AND expires_at > :now
RETURNING tries
""")
_FORGET = text("DELETE FROM comparison WHERE expires_at <= :now")
_FORGET_CODES = text("DELETE FROM code_sent WHERE expires_at <= :now")


async def compare(session: AsyncSession, runtime: Runtime, grant: Grant, body: CompareIn) -> Comparison:
    """Take the wish in without looking anybody up: hits and misses give this same answer at the same time."""
    await reach.lock(session, grant.subject)
    await people_queries.record(session, runtime.vault, grant.subject)
    if await queries.comparisons(session, grant.subject, now()) >= duplicates.MAX_COMPARISONS:
        raise duplicates.TOO_OFTEN()
    fresh, earlier = ids.new(), body.earlier_phone
    content = ComparisonSealed(earlier_phone=people.phone(earlier) if earlier is not None else None)
    row = Comparison(
        id=fresh,
        subject=grant.subject,
        state=duplicates.COMPARISON.initial,
        sealed=await _sealed(runtime, grant.subject, fresh, content),
        expires_at=now() + duplicates.CODE_LIVES,
    )
    session.add(row)
    return row


async def _sealed(runtime: Runtime, subject: str, comparison: uuid.UUID, content: ComparisonSealed) -> bytes:
    place = f"comparison.sealed/{comparison}"
    return await sealing.seal(runtime.vault, subject, place, content, sealing.Size.COMPARISON)


async def look_next(session: AsyncSession, runtime: Runtime) -> uuid.UUID | None:
    """Look for one person's other records, a handful at most; each found has a code sent to its own contact."""
    await reach.visible_to_platform(session)
    row = await queries.next_comparison(session)
    if row is None:
        return None
    row.state = duplicates.COMPARISON.after(row.state, "look")
    try:
        content = await queries.opened(runtime.vault, row)
        found = await _look(session, runtime, row, content)
        row.sealed = await _sealed(runtime, row.subject, row.id, content.model_copy(update={"found": found}))
    except problems.Problem:
        pass  # the person was erased in between: nothing is left to look with
    session.add(row)
    return row.id


async def _look(
    session: AsyncSession, runtime: Runtime, row: Comparison, content: ComparisonSealed
) -> tuple[Found, ...]:
    own_row = await people_queries.seen(session, row.subject)
    if own_row is None:
        return ()
    own = await queries.facts(session, runtime.vault, own_row, content.earlier_phone)
    others = await queries.candidates(session, keys(runtime.index_keys, own), row.subject)
    if len(others) > duplicates.MAX_CANDIDATES:
        return ()
    found = [await _ask(session, runtime, row, own, other) for other in others]
    return tuple(each for each in found if each is not None)


def keys(ring: Sequence[bytes], own: Facts) -> queries.Keys:
    """The keyed indexes to look under, by each key; compound, or over a whole number."""
    births, contacts = duplicates.names_and_births(own), duplicates.names_and_contacts(own)
    return queries.Keys(
        [indexes.name_and_birth(key, name, born.isoformat()) for key in ring for name, born in births],
        [indexes.name_and_contact(key, name, phone) for key in ring for name, phone in contacts],
        [indexes.number(key, *own.document) for key in ring if own.document],
    )


async def _ask(session: AsyncSession, runtime: Runtime, row: Comparison, own: Facts, other: Person) -> Found | None:
    """Compare one record after unsealing, and ask its contact; nobody where the numbers tell two people apart."""
    try:
        facts = await queries.facts(session, runtime.vault, other)
    except problems.Problem:
        return None
    await reach.lock(session, other.subject)
    too_many = await queries.codes(session, other.subject, now()) >= duplicates.MAX_CODES
    if too_many or duplicates.excluded(own, facts):
        return None
    code = record_rules.new_code()
    words = MessageSealed(to=facts.phones[0], text=duplicates.code_message(runtime.settings.region_name, code))
    await records.notify(session, runtime, other.subject, words)
    session.add(CodeSent(id=ids.new(), subject=other.subject, expires_at=row.expires_at))
    hashed = indexes.code(runtime.index_keys[0], str(row.id), code)
    return Found(other=other.subject, code=hashed.hex(), reasons=duplicates.reasons(own, facts))


async def prove(
    session: AsyncSession, runtime: Runtime, grant: Grant, comparison: uuid.UUID, code: str
) -> Found | None:
    """The record whose contact got this code. Every try counts; none there, wrong, late and used up look the same."""
    given = {"id": comparison, "subject": grant.subject, "most": duplicates.MAX_TRIES, "now": now()}
    tried = (await session.execute(_TRY, given)).scalar_one_or_none()
    row = await queries.comparison(session, grant.subject, comparison)
    if row is None or tried is None or row.state == duplicates.COMPARISON.initial:
        return None
    content = await queries.opened(runtime.vault, row)
    hashed = [indexes.code(key, str(comparison), code).hex() for key in runtime.index_keys]
    tried_all = [(each, [hmac.compare_digest(each.code, one) for one in hashed]) for each in _filled(content.found)]
    fitting = [each for each, fits in tried_all if any(fits)]
    if not fitting:
        return None
    row.state = duplicates.COMPARISON.after(row.state, "prove")
    proved = content.model_copy(update={"proved": fitting[0].other})
    row.sealed = await _sealed(runtime, row.subject, row.id, proved)
    session.add(row)
    return fitting[0]


def _filled(found: tuple[Found, ...]) -> list[Found]:
    """As many as there can be, so that one comparison takes as long as another."""
    missing = range(duplicates.MAX_CANDIDATES - len(found))
    return [*found, *(Found(other="", code=secrets.token_hex(32), reasons=()) for _ in missing)]


async def forget(session: AsyncSession) -> None:
    """Delete comparisons and counts of codes that have run out."""
    for each in (_FORGET, _FORGET_CODES):
        await session.execute(each, {"now": now()})


async def proved(session: AsyncSession, runtime: Runtime, grant: Grant, comparison: uuid.UUID) -> str:
    """Whose record was proved in this comparison, used up by asking; 409 `record-not-proved`."""
    row = await queries.comparison(session, grant.subject, comparison)
    if row is None or row.expires_at <= now():
        raise duplicates.NOT_PROVED()
    content = await queries.opened(runtime.vault, row)
    if content.proved is None:
        raise duplicates.NOT_PROVED()
    row.sealed = await _sealed(runtime, row.subject, row.id, content.model_copy(update={"proved": None}))
    session.add(row)
    return content.proved
