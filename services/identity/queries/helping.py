"""Every SELECT about who lets whom help, by one of the two."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.tables import Delegation, HelperInvitation

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('helper|' || :helper, 0))")


async def lock(session: AsyncSession, helper: uuid.UUID) -> None:
    """Until the transaction ends this helper begins to help nobody else."""
    await session.execute(_LOCK, {"helper": str(helper)})


async def invitation(session: AsyncSession, code: bytes, now: datetime) -> HelperInvitation | None:
    """The invitation with this code, if it has not run out, locked."""
    statement = select(HelperInvitation).where(HelperInvitation.code == code, HelperInvitation.expires_at > now)
    return (await session.scalars(statement.with_for_update())).first()


async def by_helper(session: AsyncSession, helper: uuid.UUID, *, lock: bool = False) -> Sequence[Delegation]:
    """Whom somebody helps or helped, newest first. With `lock` nobody ends it until the transaction ends."""
    statement = select(Delegation).where(Delegation.helper == helper).order_by(col(Delegation.begins_at).desc())
    return (await session.scalars(statement.with_for_update() if lock else statement)).all()


async def of_person(session: AsyncSession, person: uuid.UUID) -> Sequence[Delegation]:
    """Who helps a person or did, newest first."""
    statement = select(Delegation).where(Delegation.person == person)
    return (await session.scalars(statement.order_by(col(Delegation.begins_at).desc()))).all()


async def open_of(session: AsyncSession, person: uuid.UUID) -> Sequence[Delegation]:
    """What a person gave and nobody ended, locked."""
    statement = select(Delegation).where(Delegation.person == person, Delegation.state == "active")
    return (await session.scalars(statement.with_for_update())).all()


async def delegation(session: AsyncSession, delegation_id: uuid.UUID) -> Delegation | None:
    """One delegation, locked; in any state."""
    statement = select(Delegation).where(Delegation.id == delegation_id)
    return (await session.scalars(statement.with_for_update())).first()


async def active(session: AsyncSession, delegation_id: uuid.UUID, now: datetime) -> Delegation | None:
    """A delegation that lasts."""
    statement = select(Delegation).where(Delegation.id == delegation_id, Delegation.state == "active")
    return (await session.scalars(statement.where(col(Delegation.ends_at) > now))).first()
