"""Every SELECT of the seed."""

from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)


async def known(session: AsyncSession, table: type[Row], row_id: str) -> Row | None:
    """What is stored under an id."""
    return await session.get(table, row_id)
