"""Every SELECT of identity."""

import uuid
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select

from services.identity.tables import AssertionIssuer, Client, Organization, Staff

Row = TypeVar("Row", bound=SQLModel)


async def organizations(session: AsyncSession) -> list[Organization]:
    """The tree, which is public."""
    return list((await session.scalars(select(Organization).order_by(col(Organization.id)))).all())


async def organization(session: AsyncSession, organization_id: str) -> Organization | None:
    """One organisation."""
    return await session.get(Organization, organization_id)


async def active_client(session: AsyncSession, client_id: str) -> Client | None:
    """A client whose key was not revoked."""
    found = await session.scalars(select(Client).where(Client.id == client_id, Client.state == "active"))
    return found.first()


async def client(session: AsyncSession, client_id: str) -> Client | None:
    """A client in any state, locked for a change."""
    found = await session.scalars(select(Client).where(Client.id == client_id).with_for_update())
    return found.first()


async def active_staff(session: AsyncSession, staff_id: str) -> Staff | None:
    """A member of staff who still works here."""
    return (await session.scalars(select(Staff).where(Staff.id == staff_id, Staff.state == "active"))).first()


async def issuer(session: AsyncSession, issuer_id: str) -> AssertionIssuer | None:
    """Who may vouch for people."""
    return await session.get(AssertionIssuer, issuer_id)


async def known(session: AsyncSession, table: type[Row], row_id: str) -> Row | None:
    """What is stored under an id."""
    return await session.get(table, row_id)


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
