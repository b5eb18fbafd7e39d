"""Every SELECT of the seed."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, select

from services.identity.tables import Invitation, Staff

Row = TypeVar("Row", bound=SQLModel)


async def known(session: AsyncSession, table: type[Row], row_id: str) -> Row | None:
    """What is stored under an id."""
    return await session.get(table, row_id)


async def invited_until(session: AsyncSession, staff: str) -> datetime | None:
    """When the code that waits for this member of staff runs out, if there is one."""
    query = select(func.max(Invitation.expires_at)).where(Invitation.staff == staff)
    return (await session.scalars(query)).first()


async def holder(session: AsyncSession, upstream: str) -> str | None:
    """Whose account at the upstream provider this is, whatever became of them."""
    return (await session.scalars(select(Staff.id).where(Staff.upstream == upstream))).first()
