"""Every SELECT of referrals: `visible_to` picks for a caller, the rest follows what was picked, or the clock."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, any_, cast, false, literal, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from services.referrals.tables import (
    Agreement,
    Mine,
    Organisation,
    PersonAnswer,
    Referral,
    ReferralAnswers,
    ReferralHistory,
    Service,
)
from shared import problems, vault
from shared.grants import Grant
from shared.vault import Vault

SWEEP = 200  # referrals that one sweep takes

ACTIVE = col(Organisation.state) == "active"
Offer = tuple[Service, Agreement | None, str | None]


def visible_to(grant: Grant) -> ColumnElement[bool]:
    """Which referrals a caller may reach: a person her own; a recipient its own, once the person had agreed."""
    mine = and_(
        col(Referral.recipient) == grant.actor.organisation,
        col(Referral.requested_at).is_not(None),
    )
    if grant.kind == "self" and grant.subject:
        return col(Referral.person) == grant.subject
    if grant.kind == "internal":
        return mine
    if grant.kind == "exchange" and grant.agreement:
        return and_(mine, col(Referral.agreement) == grant.agreement.id)
    return false()


async def referral(session: AsyncSession, grant: Grant, referral_id: uuid.UUID, lock: bool = False) -> Referral:
    """One referral, locked for a change on request; 404 for whatever the caller may not reach."""
    query = select(Referral).where(visible_to(grant), Referral.id == referral_id)
    found = (await session.scalars(query.with_for_update() if lock else query)).first()
    if found is None:
        raise problems.NOT_FOUND()
    return found


async def inbox(
    session: AsyncSession, grant: Grant, state: str | None, after: uuid.UUID | None, limit: int
) -> list[Referral]:
    """A page of the caller's organisation's referrals, the oldest day first, and in no order within a day."""
    query = select(Referral).where(visible_to(grant)).order_by(col(Referral.id)).limit(limit)
    if state:
        query = query.where(Referral.state == state)
    if after:
        query = query.where(Referral.id > after)
    return list((await session.scalars(query)).all())


async def mine(
    session: AsyncSession, grant: Grant, after: uuid.UUID | None, limit: int
) -> list[tuple[Referral, Service, str]]:
    """A page of the person's referrals with the names of service and recipient, oldest first."""
    query = (
        select(Referral, Service, Organisation.name)
        .select_from(Referral)
        .join(Service, col(Service.code) == Referral.service)
        .join(Organisation, col(Organisation.id) == Referral.recipient)
        .where(visible_to(grant))
        .order_by(col(Referral.created_at), col(Referral.id))
        .limit(limit)
    )
    if after:
        began = select(Referral.created_at).where(Referral.id == after).scalar_subquery()
        query = query.where(tuple_(col(Referral.created_at), col(Referral.id)) > tuple_(began, literal(after)))
    return [(referral, service, name) for referral, service, name in (await session.execute(query)).all()]


async def my_referral(session: AsyncSession, grant: Grant, referral_id: uuid.UUID) -> Mine:
    """One of the person's referrals with the names of service and recipient and her own answer; 404 otherwise."""
    query = (
        select(Referral, Service, Organisation.name, PersonAnswer.answer)
        .select_from(Referral)
        .join(Service, col(Service.code) == Referral.service)
        .join(Organisation, col(Organisation.id) == Referral.recipient)
        .outerjoin(PersonAnswer, col(PersonAnswer.referral) == Referral.id)
        .where(visible_to(grant), Referral.id == referral_id)
    )
    found = (await session.execute(query)).first()
    if found is None:
        raise problems.NOT_FOUND()
    referral, service, name, answer = found
    return Mine(referral, service, name, answer)


async def history(session: AsyncSession, found: Referral) -> list[ReferralHistory]:
    """The steps of a referral that the caller reached, oldest first."""
    query = select(ReferralHistory).where(ReferralHistory.referral == found.id).order_by(col(ReferralHistory.id))
    return list((await session.scalars(query)).all())


async def answers(session: AsyncSession, keys: Vault, found: Referral, names: Sequence[str]) -> dict[str, str]:
    """The named answers of a referral that the caller reached; nothing is left where the person's key is destroyed."""
    if not names:
        return {}
    sealed = (await session.scalars(select(ReferralAnswers.sealed).where(ReferralAnswers.referral == found.id))).one()
    try:
        block = await keys.open(found.person, place(found.id), sealed)
    except vault.Gone:
        return {}
    opened: dict[str, str] = json.loads(vault.unpadded(block))
    return {name: opened[name] for name in names if name in opened}


def place(referral_id: uuid.UUID) -> str:
    """Where a referral's answers are sealed for; they open nowhere else."""
    return f"referral_answers.sealed/{referral_id}"


async def offers(session: AsyncSession, region: str, codes: set[str], now: datetime) -> dict[str, list[Offer]]:
    """For each known service of `codes` who takes it now from this region's service centre, in a fixed order."""
    centre = select(Organisation.id).where(
        Organisation.kind == "service_centre", func.left(Organisation.district, 6) == region, ACTIVE
    )
    in_force = and_(
        col(Service.code) == any_(col(Agreement.services)),
        col(Agreement.active),
        col(Agreement.provider).in_(centre),
        col(Agreement.valid_from) <= now,
        col(Agreement.valid_until) > now,
    )
    query = (
        select(Service, Agreement, Organisation.name)
        .select_from(Service)
        .outerjoin(Agreement, in_force)
        .outerjoin(Organisation, and_(col(Organisation.id) == Agreement.consumer, ACTIVE))
        .where(col(Service.code) == any_(cast(sorted(codes), ARRAY(Text))))
        .order_by(col(Agreement.consumer), col(Agreement.id))
    )
    found: dict[str, list[Offer]] = {}
    for service, agreement, name in (await session.execute(query)).all():
        found.setdefault(service.code, []).append((service, agreement, name))
    return found


async def of_person(session: AsyncSession, person: str) -> list[Referral]:
    """All of a person's referrals, locked."""
    found = select(Referral).where(Referral.person == person).order_by(col(Referral.id)).with_for_update()
    return list((await session.scalars(found)).all())


async def consented(session: AsyncSession, referral_id: uuid.UUID) -> Referral | None:
    """The referral that a consent names, locked; facts come from the house and so see every one."""
    return (await session.scalars(select(Referral).where(Referral.id == referral_id).with_for_update())).first()


async def run_out(session: AsyncSession, now: datetime) -> list[Referral]:
    """Referrals whose time is over, locked; other sweeps pass them by."""
    query = select(Referral).where(col(Referral.ends_at) <= now).order_by(col(Referral.ends_at)).limit(SWEEP)
    return list((await session.scalars(query.with_for_update(skip_locked=True))).all())


async def without_due(session: AsyncSession) -> list[Referral]:
    """Referrals whose due date waits for a calendar year, locked."""
    query = select(Referral).where(col(Referral.due_at).is_(None), col(Referral.due_days).is_not(None)).limit(SWEEP)
    return list((await session.scalars(query.with_for_update(skip_locked=True))).all())


async def agreement_version(session: AsyncSession, agreement_id: str) -> int | None:
    """The version of an agreement that was seen last."""
    return (await session.scalars(select(Agreement.version).where(Agreement.id == agreement_id))).first()
