"""Consents of one person and the chain of their events."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.registry import sealing
from services.registry.rules import consents as rules
from services.registry.schemas import consents as schemas
from services.registry.tables import Consent, ConsentEvent, Freeze
from shared import problems
from shared.vault import Vault

LOOKED_THROUGH = 500  # consents of one person


async def consent(session: AsyncSession, subject: str, consent_id: uuid.UUID) -> Consent:
    """One consent of the person, locked for a change; 404 otherwise."""
    own = select(Consent).where(Consent.id == consent_id, Consent.subject == subject)
    row = (await session.scalars(own.with_for_update())).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def opened(vault: Vault, row: Consent) -> schemas.ConsentSealed:
    """What was decided."""
    place = f"consent.sealed/{row.id}"
    return await sealing.unseal(vault, row.subject, place, row.sealed, schemas.ConsentSealed)


def state(decided: schemas.ConsentSealed, today: date) -> rules.ConsentState:
    """The state of a consent as of today."""
    if decided.withdrawn_at is not None:
        return rules.ConsentState.WITHDRAWN
    return rules.state(rules.ConsentState(decided.decision), decided.expires_on, today)


async def shown(vault: Vault, row: Consent, today: date) -> schemas.ConsentOut:
    """The consent as its person reads it."""
    decided = await opened(vault, row)
    return schemas.ConsentOut(**decided.model_dump(), id=str(row.id), state=state(decided, today))


async def from_newest(session: AsyncSession, subject: str, offset: int, limit: int) -> list[Consent]:
    """The person's consents, newest first, after so many."""
    query = select(Consent).where(Consent.subject == subject).order_by(col(Consent.id).desc())
    return list((await session.scalars(query.offset(offset).limit(limit))).all())


async def of_purpose(session: AsyncSession, vault: Vault, subject: str, purpose: str) -> list[Consent]:
    """The person's consents to one purpose, newest first. Purposes are sealed: so many are opened at most."""
    rows = await from_newest(session, subject, 0, LOOKED_THROUGH)
    return [row for row in rows if (await opened(vault, row)).purpose == purpose]


async def consents(session: AsyncSession, subject: str, before: uuid.UUID | None, limit: int) -> list[Consent]:
    """A page of the person's consents, newest first."""
    query = select(Consent).where(Consent.subject == subject).order_by(col(Consent.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Consent.id) < before)
    return list((await session.scalars(query)).all())


async def live(session: AsyncSession, vault: Vault, subject: str, today: date) -> list[Consent]:
    """The person's consents that are given and not withdrawn or run out."""
    query = select(Consent).where(Consent.subject == subject, col(Consent.expires_on) >= today)
    rows = (await session.scalars(query.order_by(col(Consent.id)))).all()
    return [row for row in rows if state(await opened(vault, row), today) is rules.ConsentState.GIVEN]


async def freeze(session: AsyncSession, subject: str) -> Freeze | None:
    """That the person has frozen her consents, if she has."""
    return await session.get(Freeze, subject)


async def asked_before(
    session: AsyncSession, vault: Vault, subject: str, asked: Sequence[bytes]
) -> list[schemas.ConsentSealed]:
    """What the person decided before for the same recipient and purpose."""
    query = select(Consent).where(Consent.subject == subject, col(Consent.asked_index).in_(asked))
    rows = (await session.scalars(query.order_by(col(Consent.id).desc()).limit(50))).all()
    return [await opened(vault, row) for row in rows]


def last_refusal(earlier: list[schemas.ConsentSealed]) -> datetime | None:
    """When the newest refusal among them was."""
    return max((decided.decided_at for decided in earlier if decided.decision == "refused"), default=None)


async def chain(session: AsyncSession, vault: Vault, row: Consent) -> list[tuple[ConsentEvent, schemas.EventSealed]]:
    """The links of a consent in order, each with its event; 500 `consent-chain-broken` when the chain was altered."""
    query = select(ConsentEvent).where(ConsentEvent.consent == row.id, ConsentEvent.subject == row.subject)
    links = (await session.scalars(query.order_by(col(ConsentEvent.sequence)))).all()
    events = [await _event(vault, link) for link in links]
    joined = list(zip(links, events, strict=True))
    rules.check_chain(((link.previous, link.hash, event.model_dump(mode="json")) for link, event in joined), row.head)
    return joined


async def _event(vault: Vault, link: ConsentEvent) -> schemas.EventSealed:
    place = f"consent_event.sealed/{link.consent}/{link.sequence}"
    return await sealing.unseal(vault, link.subject, place, link.sealed, schemas.EventSealed)
