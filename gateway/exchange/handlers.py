"""What other services say happened, kept as the decision needs it."""

from collections.abc import Mapping

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateway.exchange.tables import Consent, Link, Party, Revocation
from shared.contracts import events
from shared.inbox import Handlers

_CONSENT_COLUMNS = "referral recipient purpose agreement consent_hash opens_at expires_at seal".split()


async def referral(session: AsyncSession, event: events.ReferralFact) -> None:
    """Keep where a referral stands and whom it links."""
    row = {
        "id": event.referral,
        "type": "referral",
        "provider": event.provider,
        "consumer": event.recipient,
        "service": event.service,
        "state": event.state,
        "consent": event.consent,
        "seals": [event.seal],
    }
    await _upsert_link(session, row)


async def case(session: AsyncSession, event: events.CaseFact) -> None:
    """Keep where a case stands and who its parties are."""
    row = {
        "id": event.case,
        "type": "case",
        "provider": event.committee,
        "consumer": event.committee,
        "service": "",
        "state": event.state,
        "consent": None,
        "seals": list(event.seals),
    }
    await _upsert_link(session, row)


async def rights_request(session: AsyncSession, event: events.RightsRequestMade) -> None:
    """Keep which desk answers whom."""
    row = {
        "id": event.request,
        "type": "rights_request",
        "provider": event.desk,
        "consumer": event.desk,
        "service": "",
        "state": "made",
        "consent": None,
        "seals": [event.seal],
    }
    await _upsert_link(session, row)


async def _upsert_link(session: AsyncSession, row: Mapping[str, object]) -> None:
    changed = {key: value for key, value in row.items() if key != "id"}
    await session.execute(insert(Link).values(row).on_conflict_do_update(index_elements=["id"], set_=changed))


async def consent_given(session: AsyncSession, event: events.ConsentGiven) -> None:
    """A consent is live, unless it was withdrawn here before this fact came by."""
    await _keep_consent(session, event, "given")


async def consent_refused(session: AsyncSession, event: events.ConsentRefused) -> None:
    """A refusal; to a recipient it looks like never asked."""
    await _keep_consent(session, event, "refused")


async def consent_withdrawn(session: AsyncSession, event: events.ConsentWithdrawn) -> None:
    """The registry has the withdrawal too."""
    await _keep_consent(session, event, "withdrawn")
    await session.execute(
        text("UPDATE withdrawal SET forwarded = true WHERE consent = :consent"), {"consent": event.consent}
    )


async def consent_frozen(session: AsyncSession, event: events.ConsentFrozen) -> None:
    """It opens nothing for a while."""
    await _freeze(session, event.consent, True)


async def consent_thawed(session: AsyncSession, event: events.ConsentThawed) -> None:
    """It opens again what it covers."""
    await _freeze(session, event.consent, False)


async def _freeze(session: AsyncSession, consent: str, frozen: bool) -> None:
    await session.execute(update(Consent).where(col(Consent.id) == consent).values(frozen=frozen))


async def _keep_consent(session: AsyncSession, event: events.ConsentFact, state: str) -> None:
    row = {name: getattr(event, name) for name in _CONSENT_COLUMNS}
    row |= {"id": event.consent, "state": state, "fields": list(event.fields), "separate": list(event.separate)}
    await session.execute(
        insert(Consent).values(row).on_conflict_do_update(index_elements=["id"], set_={"state": state})
    )


async def organization(session: AsyncSession, event: events.OrganizationFact) -> None:
    """Keep an organisation's name and kind, and whether it may act."""
    row = {"id": event.organization, "name": event.name, "kind": event.kind, "state": event.state}
    await session.execute(insert(Party).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


async def client_revoked(session: AsyncSession, event: events.ClientRevoked) -> None:
    """From now on this client's tokens are worthless."""
    await _revoke(session, kind="client", id=event.client, until=None)


async def session_ended(session: AsyncSession, event: events.SessionEnded) -> None:
    """From now on every token of this session is worthless."""
    await _revoke(session, kind="session", id=event.session, until=event.until)


async def token_revoked(session: AsyncSession, event: events.TokenRevoked) -> None:
    """From now on this token is worthless."""
    await _revoke(session, kind="token", id=event.token, until=event.until)


async def _revoke(session: AsyncSession, **row: object) -> None:
    await session.execute(insert(Revocation).values(row).on_conflict_do_nothing())


HANDLERS: Handlers = {
    **dict.fromkeys(events.OrganizationFact.__subclasses__(), organization),
    events.ClientRevoked: client_revoked,
    events.SessionEnded: session_ended,
    events.TokenRevoked: token_revoked,
    events.ConsentGiven: consent_given,
    events.ConsentRefused: consent_refused,
    events.ConsentWithdrawn: consent_withdrawn,
    events.ConsentFrozen: consent_frozen,
    events.ConsentThawed: consent_thawed,
    events.RightsRequestMade: rights_request,
    **dict.fromkeys(events.ReferralFact.__subclasses__(), referral),
    **dict.fromkeys(events.CaseFact.__subclasses__(), case),
}
