"""The public directory: services, organisations, divisions."""

import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import func, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.registry.queries.listings import Wanted, has_terms
from services.registry.rules import search
from services.registry.tables import Division, Organization, Service
from shared import problems

Row = TypeVar("Row", bound=SQLModel)


async def catalogue(session: AsyncSession) -> dict[str, Service]:
    """Every service by its code, to look at."""
    return {row.code: row for row in (await session.scalars(select(Service))).all()}


async def all_services(session: AsyncSession) -> dict[str, Service]:
    """Every service by its code, locked for a change."""
    rows = await session.scalars(select(Service).with_for_update())
    return {row.code: row for row in rows.all()}


async def organizations(session: AsyncSession, wanted: Wanted) -> tuple[int, Sequence[Organization]]:
    """How many organisations fit, and one page of them by name."""
    query = select(Organization).where(*has_terms(col(Organization.terms), wanted))
    if wanted.modified_after is not None:
        query = query.where(col(Organization.modified_at) >= wanted.modified_after)
    if not wanted.search:
        return await _page(session, query, wanted, col(Organization.slug))
    for words in search.readings(wanted.search):
        fits = [or_(*(col(Organization.grams).contains(sorted(pieces)) for pieces in word)) for word in words]
        total, rows = await _page(session, query.where(*fits), wanted, col(Organization.slug))
        if total:
            return total, rows
    return 0, []


async def undescribed_organizations(session: AsyncSession) -> Sequence[Organization]:
    """Organisations that were learned before there was a search."""
    return (await session.scalars(select(Organization).where(func.cardinality(Organization.grams) == 0))).all()


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


async def districts(session: AsyncSession) -> frozenset[str]:
    """Every code of six digits."""
    return frozenset((await session.scalars(select(Division.code).where(func.length(Division.code) == 6))).all())


async def offered_services(session: AsyncSession) -> dict[str, frozenset[str]]:
    """What each active organisation is registered for."""
    rows = await session.scalars(select(Organization))
    return {row.slug: frozenset(row.services) for row in rows.all()}


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
