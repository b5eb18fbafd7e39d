"""Every SELECT of the seed."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select

from services.identity.tables import Invitation, Staff

Row = TypeVar("Row", bound=SQLModel)


async def known(session: AsyncSession, table: type[Row], row_id: str) -> Row | None:
    """What is stored under an id."""
    return await session.get(table, row_id)


async def is_invited(session: AsyncSession, staff: str, now: datetime) -> bool:
    """Whether a code waits for this member of staff."""
    query = select(Invitation).where(Invitation.staff == staff, col(Invitation.expires_at) > now)
    return (await session.scalars(query.limit(1))).first() is not None


async def holder(session: AsyncSession, upstream: str) -> str | None:
    """Whose account at the upstream provider this is, whatever became of them."""
    return (await session.scalars(select(Staff.id).where(Staff.upstream == upstream))).first()
