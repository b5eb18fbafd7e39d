"""A person decides about one recipient, and takes a consent back in one step."""

import secrets
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import sealing
from services.registry.commands import receipts
from services.registry.queries import consents as queries
from services.registry.queries import people as people_queries
from services.registry.queries import reach
from services.registry.rules import consents as rules
from services.registry.rules import indexes, notices
from services.registry.schemas.consents import ConsentIn, ConsentSealed, EventSealed, NoticeSealed
from services.registry.tables import Consent, ConsentEvent, now
from shared import ids, outbox, problems
from shared.contracts import clock, vocabulary
from shared.contracts.events import ConsentGiven, ConsentRefused, ConsentWithdrawn
from shared.contracts.events.erasures import NOBODY
from shared.grants import Grant
from shared.runtime import Runtime
from shared.seals import name_of
from shared.settings import Settings

PURPOSE_UNKNOWN = problems.kind(
    422, "consent-purpose-unknown", "Not a purpose", "Use a purpose of the signed release; see /v1/agreements."
)
FIELD_UNKNOWN = problems.kind(
    422,
    "consent-field-not-on-list",
    "A field outside the purpose",
    "Ask only fields that this purpose's services list.",
)
SENSITIVE_UNKNOWN = problems.kind(
    422, "consent-sensitive-unknown", "Not a kind of sensitive information", "Use the kinds of the signed release."
)
ALREADY_GIVEN = problems.kind(
    409, "consent-already-given", "This consent is live", "Withdraw it first, or keep it as it is."
)
NOT_GIVEN = problems.kind(409, "consent-not-live", "There is nothing to withdraw", "Only a given consent is withdrawn.")


FACTS = {"referral", "recipient", "purpose", "agreement", "agreement_version", "consent_hash"}


async def decide(session: AsyncSession, runtime: Runtime, grant: Grant, body: ConsentIn) -> uuid.UUID:
    """Record one decision: chained event, receipt, and the fact for the others. A refusal is kept like a consent."""
    moment = now()
    notice = _check(body, runtime.settings, moment)
    await reach.lock(session, grant.subject)
    if body.decision == "given" and await queries.freeze(session, grant.subject):
        raise rules.FROZEN()
    if body.dependant is not None:
        await people_queries.dependant(session, grant.subject, body.dependant)
    await _check_earlier(session, runtime, grant.subject, body)
    decided = ConsentSealed(
        **body.model_dump(exclude={"notice"}),
        notice=notice,
        subject_role="guardian" if body.dependant else "self",
        proved_by=grant.proved_by,
        decided_at=moment,
        opens_at=rules.opens_at(grant.proved_by, moment),
        receipt="",
    )
    row = Consent(
        id=ids.new(),
        subject=grant.subject,
        expires_on=body.expires_on,
        sealed=b"",
        head=rules.GENESIS,
        decided_at=moment,
        **found_by(runtime.index_keys[0], grant.subject, body),
    )
    await _append(session, runtime, row, _event(row, decided, 1, body.decision, moment))
    receipt = receipts.sign(runtime.settings, _receipt(runtime.settings, row, decided))
    await _seal(session, runtime, row, decided.model_copy(update={"receipt": receipt}))
    await outbox.emit(session, row.id, _fact(row, decided, grant.seal))
    return row.id


def _check(body: ConsentIn, settings: Settings, moment: datetime) -> NoticeSealed:
    """Raises a problem unless it is possible; the notice that was shown, as it is sealed."""
    closed = vocabulary.load(settings.vocabulary_key)
    if body.purpose not in closed.purposes:
        raise PURPOSE_UNKNOWN()
    if not set(body.fields) <= closed.fields_of(closed.purposes[body.purpose].services):
        raise FIELD_UNKNOWN()
    if not set(body.sensitive) <= set(closed.release.sensitive_kinds):
        raise SENSITIVE_UNKNOWN()
    rules.check_expiry(body.expires_on, clock.day_of(moment))
    language = body.notice.language or notices.PROMINENT
    shown = notices.shown(body.notice.id, body.notice.version, language, body.purpose, body.fields)
    return NoticeSealed(**body.notice.model_dump(exclude={"language"}), language=language, digest=shown.digest)


def found_by(key: bytes, subject: str, body: ConsentIn) -> dict[str, Any]:
    """The columns by which the row is found of what a person was asked."""
    return {"asked_index": indexes.asked(key, subject, body.recipient, body.purpose), "indexed_by": name_of(key)}


async def _check_earlier(session: AsyncSession, runtime: Runtime, subject: str, body: ConsentIn) -> None:
    asked = [indexes.asked(key, subject, body.recipient, body.purpose) for key in runtime.index_keys]
    earlier = await queries.asked_before(session, runtime.vault, subject, asked)
    rules.check_not_asked_too_soon(queries.last_refusal(earlier), now())
    for decided in earlier:
        same = _covered(decided) == _covered(body)
        if same and queries.state(decided, clock.day_of(now())) is rules.ConsentState.GIVEN:
            raise ALREADY_GIVEN()


def _covered(decided: ConsentIn) -> tuple[str, str, list[str]]:
    """What makes two consents to one recipient the same: the referral, what was shown, and the fields of it."""
    return decided.referral, decided.consent_hash, sorted(decided.fields)


def _told(notice: NoticeSealed) -> str:
    """The notice in an event of the chain, which is flat; it names no language."""
    return "/".join(filter(None, (notice.id, str(notice.version), notice.channel, notice.digest)))


def _event(row: Consent, decided: ConsentSealed, sequence: int, kind: str, at: datetime) -> EventSealed:
    return EventSealed.model_validate(
        {
            "consent": str(row.id),
            "sequence": sequence,
            "kind": kind,
            "at": at,
            "subject_role": decided.subject_role,
            "recipient": decided.recipient,
            "purpose": decided.purpose,
            "consent_hash": decided.consent_hash,
            "notice": _told(decided.notice),
            "salt": secrets.token_hex(16),
        }
    )


async def _append(session: AsyncSession, runtime: Runtime, row: Consent, event: EventSealed) -> None:
    """Add a link to the consent's chain; of it only the salted hash stands in clear."""
    digest = rules.event_hash(row.head, event.model_dump(mode="json"))
    place = f"consent_event.sealed/{row.id}/{event.sequence}"
    link = ConsentEvent(
        consent=row.id,
        sequence=event.sequence,
        subject=row.subject,
        previous=row.head,
        hash=digest,
        sealed=await sealing.seal(runtime.vault, row.subject, place, event, sealing.Size.EVENT),
    )
    session.add(link)
    row.head = digest


async def _seal(session: AsyncSession, runtime: Runtime, row: Consent, decided: ConsentSealed) -> None:
    place = f"consent.sealed/{row.id}"
    row.sealed = await sealing.seal(runtime.vault, row.subject, place, decided, sealing.Size.CONSENT)
    session.add(row)


def _receipt(settings: Settings, row: Consent, decided: ConsentSealed) -> dict[str, object]:
    left_out = {"notice", "dependant", "receipt", "withdrawn_at"}
    return decided.model_dump(mode="json", exclude=left_out) | {
        "iss": settings.public_url,
        "iat": int(row.decided_at.timestamp()),
        "jti": str(row.id),
        "notice": f"{decided.notice.id}/{decided.notice.version}",
        "notice_digest": decided.notice.digest,
        "head": row.head,
    }


def _fact(row: Consent, decided: ConsentSealed, seal: str) -> ConsentGiven | ConsentRefused:
    facts = decided.model_dump(include=FACTS) | {"consent": str(row.id), "seal": seal}
    if decided.decision == "refused":
        return ConsentRefused(**facts, fields=())
    return ConsentGiven(
        **facts,
        fields=decided.fields,
        separate=decided.sensitive,
        opens_at=decided.opens_at,
        expires_at=clock.end_of(decided.expires_on),
    )


async def withdraw(session: AsyncSession, runtime: Runtime, grant: Grant, consent: uuid.UUID) -> None:
    """End a consent at once (PIPL art. 15). Withdrawing again changes nothing; a refusal cannot be withdrawn."""
    row = await queries.consent(session, grant.subject, consent)
    decided = await queries.opened(runtime.vault, row)
    if decided.decision == "refused":
        raise NOT_GIVEN()
    if decided.withdrawn_at is not None:
        return
    moment = now()
    await _append(session, runtime, row, _event(row, decided, 2, "withdrawn", moment))
    await _seal(session, runtime, row, decided.model_copy(update={"withdrawn_at": moment}))
    await _tell_withdrawn(session, row, decided, grant.seal)


async def stop(session: AsyncSession, runtime: Runtime, row: Consent) -> None:
    """Let nothing run on a consent any more, as its person is erased. Raises `sealed-gone` when she was before."""
    decided = await queries.opened(runtime.vault, row)
    if queries.state(decided, clock.day_of(now())) is rules.ConsentState.GIVEN:
        await _tell_withdrawn(session, row, decided, NOBODY)


async def _tell_withdrawn(session: AsyncSession, row: Consent, decided: ConsentSealed, seal: str) -> None:
    told = ConsentWithdrawn(
        **decided.model_dump(include=FACTS),
        consent=str(row.id),
        fields=decided.fields,
        separate=decided.sensitive,
        expires_at=clock.end_of(decided.expires_on),
        seal=seal,
    )
    await outbox.emit(session, row.id, told)
