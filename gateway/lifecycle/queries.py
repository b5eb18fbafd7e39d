"""Every SELECT over the steps and signatures of agreements; officers and organisations, never a person."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import cast

from sqlalchemy import ColumnElement, and_, exists, func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from gateway.agreements.steps import BEGUN, ENDED, LIVE, Side, Step
from gateway.agreements.tables import AgreementStep, AgreementVersion
from gateway.lifecycle.tables import AgreementReminder, AgreementSignature

MOST = 200  # reminders told at a time
_OPEN = text("""
SELECT count(*) FROM agreement JOIN agreement_step AS step
    ON step.agreement = agreement.id AND step.version = agreement.version AND step.kind = 'drafted'
WHERE agreement.state IN ('draft', 'offered') AND step.officer <> ''
    AND agreement.body #>> ARRAY[step.side, 'region'] = :region
    AND agreement.body #>> ARRAY[step.side, 'organisation'] = :organisation
""")


async def steps(session: AsyncSession, agreement_id: str, version: int | None = None) -> list[Step]:
    """What was done with one version, or with all of them, in order."""
    found = select(AgreementStep).where(AgreementStep.agreement == agreement_id)
    if version is not None:
        found = found.where(AgreementStep.version == version)
    return [_step(row) for row in (await session.scalars(found.order_by(col(AgreementStep.seq)))).all()]


async def signatures(
    session: AsyncSession, agreement_id: str, version: int, offer: int
) -> Sequence[AgreementSignature]:
    """Who signed a version, as it was offered this time."""
    table = AgreementSignature
    found = select(table).where(table.agreement == agreement_id, table.version == version, table.round == offer)
    return (await session.scalars(found.order_by(col(table.side).desc()))).all()


async def version(session: AsyncSession, agreement_id: str, number: int) -> AgreementVersion | None:
    """One version."""
    found = select(AgreementVersion).where(AgreementVersion.id == agreement_id, AgreementVersion.version == number)
    return (await session.scalars(found)).first()


async def open_drafts(session: AsyncSession, region: str, organisation: str) -> int:
    """How many versions officers of this organisation drafted that are not agreed yet."""
    return int(await session.scalar(_OPEN, {"region": region, "organisation": organisation}) or 0)


async def goes_on(session: AsyncSession, row: AgreementVersion) -> bool:
    """Whether the version that superseded it covers the same data: the end of that one counts."""
    table = AgreementVersion
    found = select(_goes_on()).where(table.id == row.id, table.version == row.version)
    return bool(await session.scalar(found))


async def watched(session: AsyncSession) -> list[tuple[AgreementVersion, bool, list[Step]]]:
    """Versions on which a clock may run, each with whether it goes on and what was done with it, in order."""
    table, step = AgreementVersion, AgreementStep
    its = (col(step.agreement) == col(table.id), col(step.version) == col(table.version))
    found = select(table, _goes_on(), step).join(step, and_(*its)).where(_may_be_due())
    rows = await session.execute(found.order_by(col(table.id), col(table.version), col(step.seq)))
    together = groupby(rows, lambda row: (row[0], row[1]))
    return [(row, goes, [_step(each) for *_, each in its_steps]) for (row, goes), its_steps in together]


async def told(session: AsyncSession) -> set[tuple[str, int, str, datetime, bool]]:
    """The clocks of watched versions that their parties were told of: version, kind, since when, due known."""
    table, told_of = AgreementReminder, AgreementVersion
    its = (col(table.agreement) == col(told_of.id), col(table.version) == col(told_of.version))
    found = (await session.scalars(select(table).join(told_of, and_(*its)).where(_may_be_due()))).all()
    return {(each.agreement, each.version, each.kind, each.since, each.known) for each in found}


def _goes_on() -> ColumnElement[bool]:
    table, later, step = AgreementVersion, aliased(AgreementVersion), aliased(AgreementStep)
    began = (col(step.agreement) == col(table.id), col(step.version) > col(table.version), col(step.kind).in_(BEGUN))
    following = select(func.min(step.version)).where(*began).correlate(table).scalar_subquery()
    return _took("superseded") & exists().where(
        col(later.id) == col(table.id),
        col(later.version) == following,
        col(later.consent_hash) == col(table.consent_hash),
        col(later.body)["services"].contains(col(table.body)["services"]),
    )


def _may_be_due() -> ColumnElement[bool]:
    """Something is to be answered, shared, corrected or deleted."""
    is_open = col(AgreementVersion.state).in_(("offered", "agreed"))
    return is_open | _asked_correction() | (_took(*ENDED) & ~_took("disposed") & ~_goes_on())


def _asked_correction() -> ColumnElement[bool]:
    asked, answer, table = aliased(AgreementStep), aliased(AgreementStep), AgreementVersion
    its = (col(asked.agreement) == col(table.id), col(asked.version) == col(table.version))
    to_it = (col(answer.agreement) == col(asked.agreement), col(answer.version) == col(asked.version))
    answered = exists().where(*to_it, col(answer.kind) == "corrected", col(answer.seq) > col(asked.seq))
    return exists().where(*its, col(asked.kind) == "correction_asked", ~answered)


def _took(*kinds: str) -> ColumnElement[bool]:
    step, table = aliased(AgreementStep), AgreementVersion
    its = (col(step.agreement) == col(table.id), col(step.version) == col(table.version))
    return exists().where(*its, col(step.kind).in_(kinds))


async def reminders(session: AsyncSession, organisation: str) -> Sequence[AgreementReminder]:
    """What an organisation was told of its agreements' clocks, newest first."""
    found = select(AgreementReminder).where(AgreementReminder.organisation == organisation)
    return (await session.scalars(found.order_by(col(AgreementReminder.at).desc()).limit(MOST))).all()


async def run_out(session: AsyncSession, now: datetime) -> list[tuple[str, int]]:
    """Versions whose time is over and that nobody ended: agreement and number, to be looked at again under lock."""
    table = AgreementVersion
    over = select(table.id, table.version)
    over = over.where(col(table.state).in_(LIVE), table.valid_until <= now)
    return [(row.id, row.version) for row in await session.execute(over.order_by(col(table.id)))]


def _step(row: AgreementStep) -> Step:
    return Step(row.kind, row.at, cast("Side | None", row.side), row.officer, row.reason)
