"""Every SELECT over the steps and signatures of agreements; officers and organisations, never a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.agreements.tables import AgreementVersion
from gateway.lifecycle.rules.steps import Side, Step
from gateway.lifecycle.tables import AgreementSignature, AgreementStep


async def steps(session: AsyncSession, agreement_id: str, version: int | None = None) -> list[Step]:
    """What was done with one version, or with all of them, in order."""
    found = select(AgreementStep).where(AgreementStep.agreement == agreement_id)
    if version is not None:
        found = found.where(AgreementStep.version == version)
    return [_step(row) for row in (await session.scalars(found.order_by(col(AgreementStep.seq)))).all()]


async def signatures(session: AsyncSession, agreement_id: str, version: int) -> Sequence[AgreementSignature]:
    """Who signed a version."""
    table = AgreementSignature
    found = select(table).where(table.agreement == agreement_id, table.version == version)
    return (await session.scalars(found.order_by(col(table.side).desc()))).all()


async def version(session: AsyncSession, agreement_id: str, number: int) -> AgreementVersion | None:
    """One version."""
    found = select(AgreementVersion).where(AgreementVersion.id == agreement_id, AgreementVersion.version == number)
    return (await session.scalars(found)).first()


async def watched(session: AsyncSession) -> Sequence[AgreementVersion]:
    """Versions with steps: those on which a clock may run."""
    stepped = select(AgreementStep.version).where(
        AgreementStep.agreement == AgreementVersion.id, AgreementStep.version == AgreementVersion.version
    )
    order = (col(AgreementVersion.id), col(AgreementVersion.version))
    return (await session.scalars(select(AgreementVersion).where(stepped.exists()).order_by(*order))).all()


async def run_out(session: AsyncSession, now: datetime) -> list[tuple[str, int]]:
    """Versions in force or suspended whose time is over: agreement and number, to be looked at again under lock."""
    table = AgreementVersion
    over = select(table.id, table.version)
    over = over.where(col(table.state).in_(("active", "suspended")), table.valid_until <= now)
    return [(row.id, row.version) for row in await session.execute(over.order_by(col(table.id)))]


def _step(row: AgreementStep) -> Step:
    return Step(row.kind, row.at, cast("Side | None", row.side), row.officer, row.reason)
