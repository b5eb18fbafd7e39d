"""Every SELECT about people present at counters; one at a time, by those who asked."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_, select

from services.identity.tables import Organization, Presence

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('presence|' || :organization, 0))")


async def lock(session: AsyncSession, organization: str) -> None:
    """Until the transaction ends nobody else of the organisation asks for a presence."""
    await session.execute(_LOCK, {"organization": organization})


async def counted(session: AsyncSession, staff: str, organization: str, since: datetime) -> tuple[int, int]:
    """How many presences the member of staff, wherever they worked, and the organisation asked for since then."""
    by_staff, here = col(Presence.staff) == staff, col(Presence.organization) == organization
    found = select(func.count().filter(by_staff), func.count().filter(here))
    found = found.where(or_(by_staff, here), col(Presence.asked_at) > since)
    of_staff, of_organization = (await session.execute(found)).one()
    return int(of_staff), int(of_organization)


async def open_of(session: AsyncSession, staff: str) -> Sequence[Presence]:
    """What a member of staff has not ended, locked."""
    statement = select(Presence).where(Presence.staff == staff, Presence.state != "ended")
    return (await session.scalars(statement.with_for_update())).all()


async def open_with(session: AsyncSession, person: uuid.UUID) -> Sequence[Presence]:
    """At which counters a person is, locked."""
    statement = select(Presence).where(Presence.person == person, Presence.state != "ended")
    return (await session.scalars(statement.with_for_update())).all()


async def lasting(session: AsyncSession, person: uuid.UUID, now: datetime) -> Sequence[tuple[Presence, str]]:
    """The presences of a person that last, newest first, with the organisation's name."""
    statement = select(Presence, Organization.name).join(Organization, col(Presence.organization) == Organization.id)
    statement = statement.where(Presence.person == person, Presence.state == "confirmed", col(Presence.ends_at) > now)
    found = await session.execute(statement.order_by(col(Presence.confirmed_at).desc()))
    return [(row, name) for row, name in found.all()]


async def presence(session: AsyncSession, presence_id: uuid.UUID) -> Presence | None:
    """One presence, locked; in any state."""
    return (await session.scalars(select(Presence).where(Presence.id == presence_id).with_for_update())).first()


async def organization_name(session: AsyncSession, organization: str) -> str:
    """What the organisation is called."""
    return (await session.scalars(select(Organization.name).where(Organization.id == organization))).one()


async def confirmed(session: AsyncSession, presence_id: uuid.UUID, now: datetime) -> Presence | None:
    """A presence that was proved and lasts."""
    statement = select(Presence).where(Presence.id == presence_id, Presence.state == "confirmed")
    return (await session.scalars(statement.where(col(Presence.ends_at) > now))).first()
