"""What a recipient answers and what a person says herself."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals import queries
from services.referrals.commands import moves
from services.referrals.rules import clocks, states
from services.referrals.tables import PersonAnswer, Referral
from shared import requests
from shared.grants import Grant


@dataclass(frozen=True)
class Target:
    """Which referral, and the version that the caller read (its If-Match)."""

    id: uuid.UUID
    if_match: str | None


@dataclass(frozen=True)
class Order:
    """A recipient's verb and what it needs."""

    verb: str
    reason: str | None = None
    outcome: str | None = None
    review_on: date | None = None


async def answer(session: AsyncSession, grant: Grant, target: Target, order: Order) -> Referral:
    """A recipient moves its referral: 404 out of reach, 428/412 on the version, 409 `state-conflict`."""
    now = datetime.now(UTC)
    referral = await queries.referral(session, grant, target.id, lock=True)
    requests.if_match(target.if_match, referral.version)
    states.check_running(referral.state, referral.ends_at, now)
    await moves.apply(
        session, referral, moves.Step(order.verb, "recipient", now, order.reason, grant.actor.organisation)
    )
    referral.outcome = order.outcome
    if order.review_on:
        referral.due_kind, referral.due_at = "review", clocks.review(order.review_on, now)
    return referral


async def cancel(session: AsyncSession, grant: Grant, referral_id: uuid.UUID, reason: str) -> Referral:
    """The person stops it, in one step and whatever the recipient did meanwhile: no If-Match."""
    referral = await queries.referral(session, grant, referral_id, lock=True)
    await moves.apply(session, referral, moves.Step("cancel", "person", datetime.now(UTC), reason))
    return referral


async def say(session: AsyncSession, grant: Grant, referral_id: uuid.UUID, said: states.PersonAnswer) -> Referral:
    """The person says whether the outcome is true; she may change her mind, the newest answer stands."""
    now = datetime.now(UTC)
    referral = await queries.referral(session, grant, referral_id, lock=True)
    verb = "confirm" if said == "confirmed" else "dispute"
    await moves.apply(session, referral, moves.Step(verb, "person", now))
    await session.merge(PersonAnswer(referral=referral.id, answer=said, at=now))
    return referral
