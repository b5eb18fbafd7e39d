"""Rights that people asked for, what a desk has to answer, and all that is there of a person."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from services.registry import sealing
from services.registry.rules import rights as rules
from services.registry.schemas.rights import RightLineOut, RightOut, RightSealed
from services.registry.tables import Consent, Dependant, Organization, RecordRequest, RightsRequest, now
from shared import problems
from shared.contracts import clock
from shared.grants import Grant
from shared.vault import Vault


@dataclass(frozen=True)
class Everything:
    """What hangs on a person: whose keys to destroy, and by which ids others know of it."""

    dependants: Sequence[uuid.UUID]
    consents: Sequence[Consent]
    requests: Sequence[uuid.UUID]
    rights: Sequence[uuid.UUID]


async def erasure(session: AsyncSession, request: uuid.UUID) -> RightsRequest:
    """One erasure; 404 for none."""
    row = await found(session, request)
    if row is None or row.kind != rules.ERASE:
        raise problems.NOT_FOUND()
    return row


async def found(session: AsyncSession, request: uuid.UUID) -> RightsRequest | None:
    """One request, if there is one."""
    return await session.get(RightsRequest, request)


async def open_erasure(session: AsyncSession, subject: str) -> RightsRequest | None:
    """The person's erasure that is on its way."""
    query = select(RightsRequest).where(RightsRequest.subject == subject, RightsRequest.kind == rules.ERASE)
    return (await session.scalars(query.where(RightsRequest.state == rules.ERASURE.initial))).first()


def asked_of_desk(subject: str) -> tuple[ColumnElement[bool], ...]:
    """The person's requests that a desk answers."""
    return col(RightsRequest.subject) == subject, col(RightsRequest.kind) != rules.ERASE


async def own(session: AsyncSession, subject: str, request: uuid.UUID) -> RightsRequest:
    """One of the person's requests, locked for a change; 404 otherwise."""
    query = select(RightsRequest).where(*asked_of_desk(subject), RightsRequest.id == request)
    return _there((await session.scalars(query.with_for_update())).first())


async def page(session: AsyncSession, subject: str, before: uuid.UUID | None, limit: int) -> Sequence[RightsRequest]:
    """A page of the person's requests, newest first."""
    query = select(RightsRequest).where(*asked_of_desk(subject)).order_by(col(RightsRequest.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(RightsRequest.id) < before)
    return (await session.scalars(query)).all()


async def counted(session: AsyncSession, subject: str, since: datetime) -> tuple[int, int]:
    """How many of the person's requests wait for an answer, and how many she asked since then."""
    waiting, lately = col(RightsRequest.state).in_(rules.OPEN), col(RightsRequest.asked_at) > since
    query = select(func.count().filter(waiting), func.count().filter(lately)).where(*asked_of_desk(subject))
    found = (await session.execute(query)).one()
    return int(found[0]), int(found[1])


async def waiting(session: AsyncSession, grant: Grant, limit: int) -> Sequence[RightsRequest]:
    """What the caller's desk has to answer, the most urgent first."""
    query = select(RightsRequest).where(
        RightsRequest.desk == grant.actor.organisation, col(RightsRequest.state).in_(rules.OPEN)
    )
    return (await session.scalars(query.order_by(col(RightsRequest.due_on), col(RightsRequest.id)).limit(limit))).all()


async def at_desk(session: AsyncSession, grant: Grant, request: uuid.UUID) -> RightsRequest:
    """One request to the caller's desk, locked for a change; 404 otherwise, also 30 days after it was closed."""
    query = select(RightsRequest).where(
        RightsRequest.desk == grant.actor.organisation, RightsRequest.id == request, RightsRequest.kind != rules.ERASE
    )
    query = query.where(
        or_(col(RightsRequest.state).in_(rules.OPEN), col(RightsRequest.closed_at) > now() - rules.MONTH)
    )
    return _there((await session.scalars(query.with_for_update())).first())


async def desk(session: AsyncSession) -> str:
    """The service centre that answers in this region: the highest in the tree, the first registered by name."""
    centres = select(Organization).where(Organization.kind == "service_centre")
    by_height = centres.order_by(col(Organization.parent).is_not(None), col(Organization.slug))
    centre = (await session.scalars(by_height.limit(1))).first()
    if centre is None:
        raise rules.NO_DESK()
    return centre.slug


async def opened(vault: Vault, row: RightsRequest) -> RightSealed:
    """What was said on both sides."""
    sealed = _sealed(row)
    return await sealing.unseal(vault, sealed[0], f"rights_request.sealed/{row.id}", sealed[1], RightSealed)


def line(row: RightsRequest) -> RightLineOut:
    """The request without what was said."""
    overdue = rules.is_overdue(row.state, row.due_on, clock.day_of(now()))
    return RightLineOut(**row.model_dump(), overdue=overdue)


async def shown(vault: Vault, row: RightsRequest) -> RightOut:
    """The request with what was said on both sides."""
    plain, said = line(row), await opened(vault, row)
    return RightOut(
        **plain.model_dump(),
        **said.model_dump(),
        article=rules.ARTICLES[row.kind],
        routes=rules.routes(row.state, plain.overdue),
        allowed=rules.REQUEST.allowed(row.state),
    )


async def everything(session: AsyncSession, subject: str) -> Everything:
    """All of a person's."""
    dependants = await session.scalars(select(Dependant.id).where(Dependant.subject == subject))
    consents = await session.scalars(select(Consent).where(Consent.subject == subject).order_by(col(Consent.id)))
    requests = await session.scalars(select(RecordRequest.id).where(RecordRequest.subject == subject))
    rights = await session.scalars(select(RightsRequest.id).where(*asked_of_desk(subject)))
    return Everything(dependants.all(), consents.all(), requests.all(), rights.all())


def _there(row: RightsRequest | None) -> RightsRequest:
    if row is None:
        raise problems.NOT_FOUND()
    return row


def _sealed(row: RightsRequest) -> tuple[str, bytes]:
    """Whose it is and what is sealed: both are there as long as it is not erased."""
    if row.subject is None or row.sealed is None:
        raise sealing.GONE()
    return row.subject, row.sealed
