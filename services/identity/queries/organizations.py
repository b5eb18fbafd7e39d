"""Every SELECT about organisations."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.tables import Organization


async def organizations(session: AsyncSession) -> list[Organization]:
    """The tree, which is public."""
    return list((await session.scalars(select(Organization).order_by(col(Organization.id)))).all())


async def organization(session: AsyncSession, organization_id: str) -> Organization | None:
    """One organisation."""
    return await session.get(Organization, organization_id)
