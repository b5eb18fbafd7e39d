"""Every SELECT of the seed."""

from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, select

from services.identity.tables import Staff

Row = TypeVar("Row", bound=SQLModel)


async def known(session: AsyncSession, table: type[Row], row_id: str) -> Row | None:
    """What is stored under an id."""
    return await session.get(table, row_id)


async def holder(session: AsyncSession, upstream: str) -> str | None:
    """Whose account at the upstream provider this is, whatever became of them."""
    return (await session.scalars(select(Staff.id).where(Staff.upstream == upstream))).first()
