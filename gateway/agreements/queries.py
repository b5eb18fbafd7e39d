"""Every SELECT over agreements; they hold no personal data and are public."""

import msgspec
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.agreements.rules import Agreement
from gateway.agreements.tables import AgreementVersion


async def currents(session: AsyncSession) -> list[AgreementVersion]:
    """Each agreement once, by id: the version in force or suspended, else the newest."""
    table = AgreementVersion
    found = select(table).ext(distinct_on(col(table.id))).order_by(col(table.id), *_in_force_first())
    return list((await session.scalars(found)).all())


async def current(session: AsyncSession, agreement_id: str) -> AgreementVersion | None:
    """One agreement: the version in force or suspended, else the newest."""
    found = select(AgreementVersion).where(AgreementVersion.id == agreement_id).order_by(*_in_force_first()).limit(1)
    return (await session.scalars(found)).first()


async def newest(session: AsyncSession, agreement_id: str) -> AgreementVersion | None:
    """The version with the highest number."""
    table = AgreementVersion
    found = select(table).where(table.id == agreement_id).order_by(col(table.version).desc()).limit(1)
    return (await session.scalars(found)).first()


async def locked(session: AsyncSession, agreement_id: str, number: int) -> AgreementVersion | None:
    """One version, locked for a change of its state."""
    key = (agreement_id, number)
    return await session.get(AgreementVersion, key, with_for_update=True, populate_existing=True)


async def others_active(session: AsyncSession, agreement_id: str, number: int) -> list[AgreementVersion]:
    """Versions of this agreement that are in force or suspended beside `number`, locked."""
    table = AgreementVersion
    found = select(table).where(
        table.id == agreement_id, table.version != number, col(table.state).in_(("active", "suspended"))
    )
    return list((await session.scalars(found.with_for_update())).all())


def _in_force_first() -> tuple[ColumnElement[bool], ColumnElement[int]]:
    return col(AgreementVersion.state).in_(("active", "suspended")).desc(), col(AgreementVersion.version).desc()


def agreement(row: AgreementVersion) -> Agreement:
    """The agreement of a row, in the state that the row has now."""
    return msgspec.convert({**row.body, "state": row.state}, Agreement)
