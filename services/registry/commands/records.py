"""Records go from region to region: filed here, asked for there, confirmed by a contact that this region holds."""

import hmac
import secrets
import uuid

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.queries import directory as directory_queries
from services.registry.queries import people as people_queries
from services.registry.queries import reach
from services.registry.queries import records as queries
from services.registry.rules import indexes, records
from services.registry.schemas.records import (
    AnswerIn,
    Claims,
    ConfirmationIn,
    Document,
    HeldIn,
    IncomingRequest,
    MessageSealed,
    RequestIn,
)
from services.registry.tables import Dependant, HeldRecord, Message, Person, RecordRequest, Release, now
from shared import ids, outbox, problems
from shared.contracts.events import RecordRequestMade, RecordRequestReleased, RecordRequestUndelivered
from shared.grants import Grant
from shared.runtime import Runtime

DISTRICT_OF_REGION = 6  # digits
ABOUT_NOBODY = problems.kind(
    422, "record-about-nobody", "Nobody of this name here", "File it for the person, or for one she answers for."
)
REGION_UNKNOWN = problems.kind(
    422,
    "record-request-region-unknown",
    "No such region",
    "Give the six digits of a district that /v1/divisions knows.",
)

_TRY = text("""
UPDATE release SET tries = tries + 1
WHERE request = :request AND state = 'waiting' AND tries < :most AND expires_at > :now RETURNING code
""")
_TAKE_IN = text("""
INSERT INTO release (request, peer, record_type, state, claims, code, tries, expires_at)
VALUES (:request, :peer, :record_type, :state, :claims, :code, 0, :expires_at) ON CONFLICT DO NOTHING
""")


async def file_record(session: AsyncSession, runtime: Runtime, grant: Grant, body: HeldIn) -> uuid.UUID:
    """Keep a record that an office filed for the person of a referral, or for one she answers for."""
    _check_document(body.record_type, body.document)
    person = await people_queries.person(session, grant.subject)
    if person is None:
        raise problems.NOT_FOUND()
    about: uuid.UUID | None = None
    found_by: Person | Dependant = person
    if body.dependant_name is not None:
        dependant = await people_queries.dependant_named(session, runtime.vault, grant.subject, body.dependant_name)
        if dependant is None:
            raise ABOUT_NOBODY()
        about, found_by = dependant.id, dependant
    fresh = ids.new()
    owner, place = str(about or grant.subject), f"held_record.sealed/{fresh}"
    row = HeldRecord(
        id=fresh,
        subject=grant.subject,
        dependant=about,
        record_type=body.record_type,
        name_index=found_by.name_index,
        indexed_by=found_by.indexed_by,
        sealed=await sealing.seal(runtime.vault, owner, place, body.document, sealing.Size.DOCUMENT),
        seal=grant.seal or person.seal,
    )
    session.add(row)
    return fresh


def _check_document(record_type: str, document: Document) -> None:
    for entry in document.entries:
        records.check_entry(record_type, entry)


async def ask(session: AsyncSession, runtime: Runtime, grant: Grant, body: RequestIn) -> RecordRequest:
    """The person asks another region for one record; she was told that the request shows where she is."""
    if not body.told:
        raise records.NOT_TOLD()
    if body.region == runtime.settings.region:
        raise records.OWN_REGION()
    if not await directory_queries.is_district(session, body.region):
        raise REGION_UNKNOWN()
    if body.dependant is not None:
        await people_queries.dependant(session, grant.subject, body.dependant)
    elif await people_queries.person(session, grant.subject) is None:
        raise problems.NOT_FOUND()
    row = RecordRequest(
        id=ids.new(),
        subject=grant.subject,
        dependant=body.dependant,
        peer=body.region,
        record_type=body.record_type,
        state=records.REQUEST.initial,
        answer=None,
    )
    session.add(row)
    made = RecordRequestMade(request=str(row.id), peer=row.peer, record_type=row.record_type, seal=grant.seal)
    await outbox.emit(session, row.id, made)
    return row


async def take_in(session: AsyncSession, runtime: Runtime, body: IncomingRequest) -> None:
    """Take a peer's request in without looking anybody up, so that the answer tells nothing, not even by its time."""
    place = f"release.claims/{body.request}"
    row = {
        "request": body.request,
        "peer": body.peer,
        "record_type": body.record_type,
        "state": records.RELEASE.initial,
        "claims": await sealing.seal(runtime.vault, _asker(body.request), place, body.claims, sealing.Size.CLAIMS),
        "code": secrets.token_bytes(32),
        "expires_at": now() + records.CODE_LIVES,
    }
    await session.execute(_TAKE_IN, row)


def _asker(request: uuid.UUID) -> str:
    """Claims of a request are sealed under a key that lives only until they were looked at."""
    return f"request-{request}"


async def match_next(session: AsyncSession, runtime: Runtime) -> uuid.UUID | None:
    """Look at one request that came in: exactly one held record makes a message to its contact, else nothing.

    Nothing either for a contact that has its messages of the day.
    """
    await reach.visible_to_platform(session)
    row = await queries.next_received(session)
    if row is None:
        return None
    try:
        found = await _match(session, runtime, row)
    except problems.Problem:
        found = None
    row.state = records.RELEASE.after(row.state, "match")
    row.claims = None
    if found is not None:
        held, contact = found
        code = records.new_code()
        row.held = held.id
        row.code = indexes.code(runtime.index_keys[0], str(row.request), code)
        words = MessageSealed(to=contact, text=await _message(session, row.peer, code))
        await notify(session, runtime, held.subject, words)
    session.add(row)
    return row.request


async def _match(session: AsyncSession, runtime: Runtime, row: Release) -> tuple[HeldRecord, str] | None:
    """The one record that the claims mean, and the contact to ask; a person who was erased has none any more."""
    place = f"release.claims/{row.request}"
    claims = await sealing.unseal(runtime.vault, _asker(row.request), place, row.claims or b"", Claims)
    born = claims.birth_date.isoformat()
    looked_under = [indexes.name_and_birth(key, claims.name, born) for key in runtime.index_keys]
    found = await queries.the_one_held(session, looked_under, row.record_type)
    if found is None:
        return None
    held, person = found
    contact = (await people_queries.opened(runtime.vault, person)).phone
    await reach.lock(session, person.subject)
    alive = await queries.codes_alive(session, person.subject, now())
    return (held, contact) if alive < records.MAX_CODES else None


async def _message(session: AsyncSession, peer: str, code: str) -> str:
    division = await directory_queries.division(session, peer)
    return records.message(f"{division.name} ({peer})" if division else peer, code)


async def notify(session: AsyncSession, runtime: Runtime, subject: str, words: MessageSealed) -> None:
    """Put a message on its way to a person's contact, sealed under her key."""
    fresh = ids.new()
    sealed = await sealing.seal(runtime.vault, subject, f"message.sealed/{fresh}", words, sealing.Size.MESSAGE)
    session.add(Message(id=fresh, subject=subject, sealed=sealed))


async def forget_claims(runtime: Runtime, request: uuid.UUID) -> None:
    """Destroy the key of claims that were looked at."""
    await runtime.vault.drop(_asker(request))


async def confirm(session: AsyncSession, runtime: Runtime, body: ConfirmationIn) -> bool:
    """Release the record when the code fits. Every try is counted; unknown, wrong, late and used up look the same."""
    await reach.visible_to_platform(session)
    given = {"request": body.request, "most": records.MAX_TRIES, "now": now()}
    expected: bytes | None = (await session.execute(_TRY, given)).scalar_one_or_none()
    codes = [indexes.code(key, str(body.request), body.code) for key in runtime.index_keys]
    fits = [hmac.compare_digest(expected or bytes(32), code) for code in codes]
    row = await queries.release(session, body.request) if any(fits) else None
    held = await queries.held_record(session, row) if row is not None else None
    if row is None or held is None:
        return False
    row.state = records.RELEASE.after(row.state, "confirm")
    session.add(row)
    told = RecordRequestReleased(request=str(row.request), peer=row.peer, record_type=row.record_type, seal=held.seal)
    await outbox.emit(session, row.request, told)
    return True


async def give_up(session: AsyncSession, event: RecordRequestUndelivered) -> None:
    """The gateway could not deliver a request; the person sees so, and what to do."""
    await reach.visible_to_platform(session)
    row = await queries.requested(session, uuid.UUID(event.request))
    if row is not None:
        row.state = records.REQUEST.after(row.state, "give_up")
        session.add(row)


async def take_answer(session: AsyncSession, runtime: Runtime, body: AnswerIn) -> RecordRequest:
    """Seal what the other region sent for the person who asked; the same answer again changes nothing."""
    row = await queries.request(session, body.request)
    if row.state == "answered":
        return row
    if body.record_type not in (None, row.record_type):
        raise records.OTHER_TYPE()
    _check_document(row.record_type, body.record)
    place = f"record_request.answer/{row.id}"
    row.answer = await sealing.seal(runtime.vault, row.subject, place, body.record, sealing.Size.DOCUMENT)
    row.state = records.REQUEST.after(row.state, "answer")
    session.add(row)
    return row
