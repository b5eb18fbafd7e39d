"""The public directory: services, organisations, divisions."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.registry.tables import Division, Organization, Service
from shared import problems

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True)
class Wanted:
    """What a reader of the directory asked for; `page` counts from 1."""

    page: int
    per_page: int
    search: str = ""
    domain: str | None = None
    organization_id: uuid.UUID | None = None
    modified_after: datetime | None = None


async def services(session: AsyncSession, wanted: Wanted) -> tuple[int, Sequence[Service]]:
    """How many services fit, and one page of them by code."""
    query = select(Service)
    if wanted.search:
        found = [col(Service.name_zh), col(Service.name_en), col(Service.code), col(Service.department_zh)]
        query = query.where(or_(*(column.icontains(wanted.search, autoescape=True) for column in found)))
    if wanted.domain is not None:
        query = query.where(Service.domain == wanted.domain)
    if wanted.organization_id is not None:
        query = query.where(Service.department_id == wanted.organization_id)
    if wanted.modified_after is not None:
        query = query.where(col(Service.modified_at) >= wanted.modified_after)
    return await _page(session, query, wanted, col(Service.code))


async def service(session: AsyncSession, reference: str) -> Service:
    """One service by its id or its catalogue code; 404 otherwise."""
    try:
        query = select(Service).where(Service.id == uuid.UUID(reference))
    except ValueError:
        query = select(Service).where(Service.code == reference)
    row = (await session.scalars(query)).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def all_services(session: AsyncSession) -> dict[str, Service]:
    """Every service by its code, locked for a change."""
    rows = await session.scalars(select(Service).with_for_update())
    return {row.code: row for row in rows.all()}


async def organizations(session: AsyncSession, wanted: Wanted) -> tuple[int, Sequence[Organization]]:
    """How many organisations fit, and one page of them by name."""
    query = select(Organization)
    if wanted.search:
        query = query.where(col(Organization.name).icontains(wanted.search, autoescape=True))
    if wanted.modified_after is not None:
        query = query.where(col(Organization.modified_at) >= wanted.modified_after)
    return await _page(session, query, wanted, col(Organization.slug))


async def organization(session: AsyncSession, reference: str) -> Organization:
    """One organisation by its directory id or its slug; 404 otherwise."""
    try:
        query = select(Organization).where(Organization.id == uuid.UUID(reference))
    except ValueError:
        query = select(Organization).where(Organization.slug == reference)
    row = (await session.scalars(query)).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def division(session: AsyncSession, code: str) -> Division | None:
    """One division."""
    return await session.get(Division, code)


async def divisions_above(session: AsyncSession, code: str) -> list[Division]:
    """What the division is part of, largest first; every code begins with those above it."""
    above = [code[:digits] for digits in (2, 4, 6, 9) if digits < len(code)]
    rows = await session.scalars(
        select(Division).where(col(Division.code).in_(above)).order_by(func.length(Division.code))
    )
    return list(rows.all())


async def divisions_within(session: AsyncSession, code: str) -> list[Division]:
    """What the division consists of."""
    rows = await session.scalars(select(Division).where(Division.parent == code).order_by(col(Division.code)))
    return list(rows.all())


async def is_district(session: AsyncSession, code: str) -> bool:
    """Whether a six-digit division of this code exists."""
    return len(code) == 6 and await division(session, code) is not None


async def _page(
    session: AsyncSession, query: SelectOfScalar[Row], wanted: Wanted, order: Any
) -> tuple[int, Sequence[Row]]:
    total = (await session.scalars(select(func.count()).select_from(query.subquery()))).one()
    rows = await session.scalars(
        query.order_by(order).offset((wanted.page - 1) * wanted.per_page).limit(wanted.per_page)
    )
    return total, rows.all()
