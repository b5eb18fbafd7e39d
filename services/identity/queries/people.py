"""Every SELECT about those who sign in: staff and residents, and what proves them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.identity.tables import (
    Failure,
    Handle,
    Invitation,
    OneTimeCode,
    Organization,
    PaperKey,
    Password,
    Staff,
)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:tag, 0))")


async def active_staff(session: AsyncSession, staff_id: str) -> Staff | None:
    """A member of staff who still works here, in an organisation that may act."""
    return (await session.scalars(_working().where(Staff.id == staff_id))).first()


async def invited(session: AsyncSession, code: bytes, approval: bytes) -> Staff | None:
    """Whom an invitation that still holds is for, locked; one that was proposed opens with its second code alone."""
    opens = or_(col(Invitation.proposed_by).is_(None), col(Invitation.approval) == approval)
    statement = select(Staff).join(Invitation, col(Invitation.staff) == col(Staff.id)).where(Invitation.code == code)
    statement = statement.where(opens, col(Invitation.expires_at) > func.now(), Staff.state != "left")
    return (await session.scalars(statement.with_for_update())).first()


async def proposed(session: AsyncSession, staff: str) -> Invitation | None:
    """The invitation of somebody that waits for a second administrator, locked."""
    statement = select(Invitation).where(Invitation.staff == staff, waits())
    return (await session.scalars(statement.with_for_update())).first()


def waits() -> ColumnElement[bool]:
    """Whether an invitation waits for a second administrator."""
    unapproved = and_(col(Invitation.proposed_by).is_not(None), col(Invitation.approval).is_(None))
    return and_(unapproved, col(Invitation.expires_at) > func.now())


async def upstream_staff(session: AsyncSession, subject: str) -> Staff | None:
    """The member of staff whom the upstream provider knows by this `sub`, if they work here."""
    return (await session.scalars(_working().where(Staff.upstream == subject))).first()


def _working() -> SelectOfScalar[Staff]:
    statement = select(Staff).join(Organization, col(Staff.organization) == col(Organization.id))
    return statement.where(Staff.state == "active", Organization.state == "active")


async def passwords(session: AsyncSession) -> Sequence[Password]:
    """Those of all staff, locked; one that somebody signs in with is left for the next look."""
    return (await session.scalars(select(Password).with_for_update(skip_locked=True))).all()


async def password(session: AsyncSession, staff_id: str) -> Password | None:
    """Password and authenticator of a member of staff, locked."""
    found = await session.scalars(select(Password).where(Password.staff == staff_id).with_for_update())
    return found.first()


async def handle(session: AsyncSession, tag: bytes) -> Handle | None:
    """Whose a handle is."""
    return await session.get(Handle, tag)


async def handles_of(session: AsyncSession, person: uuid.UUID, kind: str) -> Sequence[Handle]:
    """The ways of one kind to find a person."""
    return (await session.scalars(select(Handle).where(Handle.person == person, Handle.kind == kind))).all()


async def paper_key(session: AsyncSession, tag: bytes) -> PaperKey | None:
    """What belongs to a key on paper, locked."""
    return (await session.scalars(select(PaperKey).where(PaperKey.tag == tag).with_for_update())).first()


async def lock_handle(session: AsyncSession, tag: bytes) -> None:
    """Until the transaction ends nobody else works with this handle."""
    await session.execute(_LOCK, {"tag": tag.hex()})


async def lock_handles(session: AsyncSession, person: uuid.UUID, *more: bytes) -> None:
    """The same for every handle of a person and for `more`, in one order whoever asks."""
    hers = (await session.scalars(select(Handle.tag).where(Handle.person == person))).all()
    for tag in sorted({*hers, *more}):
        await lock_handle(session, tag)


async def failures(session: AsyncSession, tag: bytes) -> Failure | None:
    """How often somebody failed, locked."""
    return (await session.scalars(select(Failure).where(Failure.tag == tag).with_for_update())).first()


async def codes_sent(session: AsyncSession, tag: bytes, count: tuple[str, bool], since: datetime) -> int:
    """How many codes went to a number since then: for one purpose, to browsers used with it before or to all others."""
    purpose, known = count
    counted = select(func.count()).where(col(OneTimeCode.tag) == tag, col(OneTimeCode.purpose) == purpose)
    found = await session.scalar(counted.where(col(OneTimeCode.known) == known, col(OneTimeCode.sent_at) > since))
    return int(found or 0)


async def codes_asked(session: AsyncSession, holder: bytes, since: datetime) -> int:
    """How many codes one browser or person had sent since then, to whatever numbers."""
    counted = select(func.count()).where(OneTimeCode.holder == holder, col(OneTimeCode.sent_at) > since)
    return int(await session.scalar(counted) or 0)


async def codes_left(session: AsyncSession, count: tuple[str, bool], since: datetime) -> int:
    """How many codes left since then for everybody: for one purpose, to browsers used before or to all others."""
    purpose, known = count
    counted = select(func.count()).where(OneTimeCode.purpose == purpose, OneTimeCode.known == known)
    return int(await session.scalar(counted.where(col(OneTimeCode.sent_at) > since)) or 0)


async def newest_code(session: AsyncSession, holder: bytes, now: datetime) -> OneTimeCode | None:
    """The last code that a browser asked for, if it has not run out, locked."""
    statement = select(OneTimeCode).where(OneTimeCode.holder == holder, OneTimeCode.expires_at > now)
    return (await session.scalars(statement.order_by(col(OneTimeCode.sent_at).desc()).with_for_update())).first()
