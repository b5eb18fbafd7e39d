"""Every SELECT about those who sign in: staff and residents."""

import uuid

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from services.identity.tables import AssertionIssuer, Staff


async def active_staff(session: AsyncSession, staff_id: str) -> Staff | None:
    """A member of staff who still works here."""
    return (await session.scalars(select(Staff).where(Staff.id == staff_id, Staff.state == "active"))).first()


async def issuer(session: AsyncSession, issuer_id: str) -> AssertionIssuer | None:
    """Who may vouch for people."""
    return await session.get(AssertionIssuer, issuer_id)


async def person(session: AsyncSession, tag: bytes, fresh: uuid.UUID) -> uuid.UUID:
    """The person behind a sign-in name; `fresh` becomes hers at the first sign-in."""
    row = await session.execute(
        text(
            "INSERT INTO resident (tag, person) VALUES (:tag, :person)"
            " ON CONFLICT (tag) DO UPDATE SET tag = resident.tag RETURNING person"
        ),
        {"tag": tag, "person": fresh},
    )
    found: uuid.UUID = row.scalar_one()
    return found
