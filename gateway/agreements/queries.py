"""Every SELECT over agreements; they hold no personal data and are public."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import ColumnElement, exists, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.agreements.parties import Told
from gateway.agreements.rules import AGREEMENT_UNREADABLE, Agreement, Named, Outline, misfit
from gateway.agreements.steps import AGREED, BEGUN, IN_FORCE
from gateway.agreements.tables import AgreementStep, AgreementVersion

_TOLD = text("SELECT id, name, kind, state FROM party")


async def published(session: AsyncSession) -> list[AgreementVersion]:
    """Each agreement once, by id: the version in force or suspended, else the newest that was ever agreed."""
    table = AgreementVersion
    found = select(table).ext(distinct_on(col(table.id))).where(_was_agreed())
    return list((await session.scalars(found.order_by(col(table.id), *_in_force_first()))).all())


async def published_one(session: AsyncSession, agreement_id: str) -> AgreementVersion | None:
    """One agreement: the version in force or suspended, else the newest that was ever agreed."""
    found = select(AgreementVersion).where(AgreementVersion.id == agreement_id, _was_agreed())
    return (await session.scalars(found.order_by(*_in_force_first()).limit(1))).first()


async def current(session: AsyncSession, agreement_id: str) -> AgreementVersion | None:
    """One agreement: the version in force or suspended, else the newest, be it a draft."""
    found = select(AgreementVersion).where(AgreementVersion.id == agreement_id).order_by(*_in_force_first()).limit(1)
    return (await session.scalars(found)).first()


async def told(session: AsyncSession) -> dict[str, Told]:
    """What identity told of organisations, by id."""
    return {row.id: Told(row.name, row.kind, row.state) for row in await session.execute(_TOLD)}


async def newest(session: AsyncSession, agreement_id: str) -> AgreementVersion | None:
    """The version with the highest number."""
    table = AgreementVersion
    found = select(table).where(table.id == agreement_id).order_by(col(table.version).desc()).limit(1)
    return (await session.scalars(found)).first()


async def locked(session: AsyncSession, agreement_id: str, number: int) -> AgreementVersion | None:
    """One version, locked for a change of its state."""
    key = (agreement_id, number)
    return await session.get(AgreementVersion, key, with_for_update=True, populate_existing=True)


async def others_in_force(session: AsyncSession, agreement_id: str, number: int) -> list[AgreementVersion]:
    """Versions of this agreement that are in force or suspended beside `number`, locked."""
    table = AgreementVersion
    found = select(table).where(table.id == agreement_id, table.version != number, col(table.state).in_(IN_FORCE))
    return list((await session.scalars(found.with_for_update())).all())


async def was_later_in_force(session: AsyncSession, agreement_id: str, number: int) -> bool:
    """Whether a version after `number` was ever put in force."""
    step = AgreementStep
    found = exists().where(col(step.agreement) == agreement_id, col(step.version) > number, col(step.kind).in_(BEGUN))
    return bool(await session.scalar(select(found)))


def _was_agreed() -> ColumnElement[bool]:
    """What was only drafted or offered is between its parties."""
    step, table = AgreementStep, AgreementVersion
    return exists().where(
        col(step.agreement) == col(table.id), col(step.version) == col(table.version), col(step.kind).in_(AGREED)
    )


def _in_force_first() -> tuple[ColumnElement[bool], ColumnElement[int]]:
    return col(AgreementVersion.state).in_(IN_FORCE).desc(), col(AgreementVersion.version).desc()


def agreement(row: AgreementVersion) -> Agreement:
    """The agreement of a row, in the state that the row has now; 409 `agreement-unreadable` where none can be read."""
    try:
        return msgspec.convert({**row.body, "state": row.state}, Agreement)
    except msgspec.ValidationError as error:
        raise AGREEMENT_UNREADABLE(errors=[misfit(error)]) from None


def outline(row: AgreementVersion) -> Outline:
    """What is known of a row whatever its text says."""
    return Outline(
        agreement_id=row.id,
        version=row.version,
        state=row.state,
        provider=_named(row.body.get("provider")),
        consumer=_named(row.body.get("consumer")),
        sharing_class=_word(row.body, "sharing_class"),
    )


def _named(said: object) -> Named:
    party = said if isinstance(said, dict) else {}
    return Named(_word(party, "region"), _word(party, "organisation"))


def _word(said: Mapping[str, object], member: str) -> str:
    word = said.get(member)
    return word if isinstance(word, str) else ""
