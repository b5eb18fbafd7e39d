"""What others say happened: organisations, services and agreements are noted, consents move referrals."""

import uuid
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals import queries
from services.referrals.commands import moves
from services.referrals.rules import states
from services.referrals.tables import Agreement, Organisation, Referral, Service
from shared.contracts import events


async def note_organisation(session: AsyncSession, event: events.OrganizationFact) -> None:
    """Remember an organisation's name, kind, place, and whether it may act."""
    told = event.model_dump(include={"name", "kind", "district", "state"})
    await session.merge(Organisation(id=event.organization, **told))


async def note_service(session: AsyncSession, event: events.ServicePublished) -> None:
    """Remember what a service may ask and how long it takes."""
    named = event.model_dump(include={"name_zh", "name_en", "kind", "sla_days", "sla_unit"})
    await session.merge(Service(code=event.service, fields=list(event.fields), **named))


async def note_agreement(session: AsyncSession, event: events.AgreementFact, active: bool) -> None:
    """Remember an agreement's version and whether it is in force; an older version changes nothing."""
    seen = await queries.agreement_version(session, event.agreement)
    if seen is not None and seen > event.version:
        return
    shown = event.model_dump(exclude={"agreement", "operations", "consent_kind"})
    lists = {key: list(value) for key, value in shown.items() if isinstance(value, tuple)}
    await session.merge(Agreement(id=event.agreement, active=active, **(shown | lists)))


async def take_consent(session: AsyncSession, event: events.ConsentGiven) -> None:
    """A consent that fits sends the referral to its recipient; one that does not fit leaves a line in the history."""
    now = datetime.now(UTC)
    referral = await _named(session, event)
    if referral is None:
        return
    if not _fits(referral, event, now):
        moves.note(session, referral, referral.state, moves.Step("consent_mismatch", "person", now))
        return
    referral.consent = event.consent
    referral.consent_until = event.expires_at
    referral.requested_at = now
    await moves.apply(session, referral, moves.Step("consent", "person", now))


async def take_refusal(session: AsyncSession, event: events.ConsentRefused) -> None:
    """A refusal ends a referral that waits; the recipient never learns that it was asked."""
    referral = await _named(session, event)
    if referral and referral.state == "awaiting_consent" and referral.recipient == event.recipient:
        step = moves.Step("refuse", "person", datetime.now(UTC), states.CONSENT_REFUSED)
        await moves.apply(session, referral, step)


async def take_withdrawal(session: AsyncSession, event: events.ConsentWithdrawn) -> None:
    """A withdrawal stops the referral that runs on this consent (PIPL 15); what is closed stays closed."""
    referral = await _named(session, event)
    if referral and referral.consent == event.consent and referral.state in states.OPEN:
        step = moves.Step("revoke", "person", datetime.now(UTC), states.CONSENT_WITHDRAWN)
        await moves.apply(session, referral, step)


async def _named(session: AsyncSession, event: events.ConsentFact) -> Referral | None:
    """The referral that a consent names; a consent may also name a record request, which is not ours."""
    try:
        return await queries.consented(session, uuid.UUID(event.referral))
    except ValueError:
        return None


def _fits(referral: Referral, event: events.ConsentGiven, now: datetime) -> bool:
    asked = (
        referral.state,
        referral.recipient,
        referral.agreement,
        referral.agreement_version,
        referral.purpose,
        referral.consent_hash,
        sorted(referral.fields),
    )
    given = (
        "awaiting_consent",
        event.recipient,
        event.agreement,
        event.agreement_version,
        event.purpose,
        event.consent_hash,
        sorted(event.fields),
    )
    return asked == given and event.expires_at > now
