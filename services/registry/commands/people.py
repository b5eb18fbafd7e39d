"""A person writes her service record, and whom she answers for."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.commands import writings
from services.registry.queries import directory as directory_queries
from services.registry.queries import people as queries
from services.registry.queries import reach
from services.registry.rules import duplicates, indexes, names, numbers, people
from services.registry.schemas.people import DependantIn, DependantSealed, RecordIn, RecordSealed
from services.registry.tables import Dependant, Person, now
from shared import ids, problems, requests
from shared.contracts import clock
from shared.grants import Grant
from shared.runtime import Runtime
from shared.seals import name_of

MAX_DEPENDANTS = 20
DISTRICT_UNKNOWN = problems.kind(
    422, "district-unknown", "No such district", "Give the six digits of a district that /v1/divisions knows."
)
NUMBER_INCOMPLETE = problems.kind(
    422, "number-incomplete", "Type and number belong together", "Send document_type with document_number, or neither."
)
TOO_MANY_DEPENDANTS = problems.kind(
    409, "dependants-too-many", "Too many people to answer for", f"One person answers for {MAX_DEPENDANTS} at most."
)


async def put_record(
    session: AsyncSession, runtime: Runtime, grant: Grant, body: RecordIn, if_match: str | None
) -> Person:
    """Write the person's record: the first time freely, afterwards only over the version that she read (If-Match)."""
    await reach.lock(session, grant.subject)
    row = await queries.person(session, grant.subject)
    if row is None and if_match is not None:
        raise problems.PRECONDITION_FAILED()
    if row is not None:
        requests.if_match(if_match, row.version)
    if not await directory_queries.is_district(session, body.district):
        raise DISTRICT_UNKNOWN()
    kept = _checked(body)
    if row is None and (joined := await queries.joined(session, grant.subject)):
        raise duplicates.MERGED_AWAY(merge=str(joined.id))
    written = await row_of(runtime, grant.subject, kept, body.district, grant.seal)
    written.version = row.version + 1 if row else 1
    await writings.follow(session, runtime, grant.subject, kept)
    return await session.merge(written)


async def row_of(runtime: Runtime, subject: str, kept: RecordSealed, district: str, seal: str) -> Person:
    """The row of a record: sealed under its subject's key, with its indexes."""
    place = f"person.sealed/{subject}"
    return Person(
        subject=subject,
        district=district,
        sealed=await sealing.seal(runtime.vault, subject, place, kept, sealing.Size.PERSON),
        seal=seal,
        updated_at=now(),
        **found_by(runtime.index_keys[0], kept),
    )


def found_by(key: bytes, kept: RecordSealed | DependantSealed) -> dict[str, Any]:
    """The columns by which the row is found in which this is sealed."""
    made = {"name_index": indexes.name_and_birth(key, kept.name, kept.birth_date.isoformat())}
    if isinstance(kept, RecordSealed):
        made["contact_index"] = indexes.name_and_contact(key, kept.name, kept.phone)
    return {**made, "number_index": _number_index(key, kept), "indexed_by": name_of(key)}


def _checked(body: RecordIn) -> RecordSealed:
    language, need = body.preferred_language, body.accessibility_need
    return RecordSealed(
        name=names.canonical(body.name),
        name_as_typed=body.name,
        document_type=body.document_type,
        document_number=_number(body),
        birth_date=people.birth_date(body.birth_date, clock.day_of(now())),
        phone=people.phone(body.phone),
        preferred_language=people.language(language) if language is not None else None,
        accessibility_need=people.free_text(need) if need is not None else None,
    )


def _number(body: RecordIn | DependantIn) -> str | None:
    if body.document_number is None and body.document_type is None:
        return None
    if body.document_number is None or body.document_type is None:
        raise NUMBER_INCOMPLETE()
    return numbers.canonical(body.document_type, body.document_number, clock.day_of(now()))


def _number_index(key: bytes, kept: RecordSealed | DependantSealed) -> bytes | None:
    if kept.document_type is None or kept.document_number is None:
        return None
    return indexes.number(key, kept.document_type, kept.document_number)


async def add_dependant(session: AsyncSession, runtime: Runtime, subject: str, body: DependantIn) -> Dependant:
    """Add a guardian link; the dependant's own values are sealed under the dependant's own key."""
    await reach.lock(session, subject)
    if len(await queries.dependants(session, subject)) >= MAX_DEPENDANTS:
        raise TOO_MANY_DEPENDANTS()
    today = clock.day_of(now())
    born = people.birth_date(body.birth_date, today)
    people.check_dependant(born, body.proof_type, today)
    name = names.canonical(body.name)
    content = body.model_dump() | {"name": name, "name_as_typed": body.name, "document_number": _number(body)}
    row = await _dependant(runtime, subject, DependantSealed(**content))
    session.add(row)
    return row


async def _dependant(runtime: Runtime, subject: str, kept: DependantSealed) -> Dependant:
    fresh = ids.new()
    sealed = await sealing.seal(runtime.vault, str(fresh), f"dependant.sealed/{fresh}", kept, sealing.Size.PERSON)
    return Dependant(id=fresh, subject=subject, sealed=sealed, **found_by(runtime.index_keys[0], kept))
