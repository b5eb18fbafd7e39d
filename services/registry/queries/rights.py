"""Rights that people asked for, and all that is there of a person."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.registry.rules.rights import RIGHT
from services.registry.tables import Consent, Dependant, RecordRequest, RightsRequest
from shared import problems


@dataclass(frozen=True)
class Everything:
    """What hangs on a person: whose keys to destroy, and by which ids others know of it."""

    dependants: Sequence[uuid.UUID]
    consents: Sequence[Consent]
    requests: Sequence[uuid.UUID]


async def right(session: AsyncSession, request: uuid.UUID) -> RightsRequest:
    """One request; 404 for none."""
    row = await found(session, request)
    if row is None:
        raise problems.NOT_FOUND()
    return row


async def found(session: AsyncSession, request: uuid.UUID) -> RightsRequest | None:
    """One request, if there is one."""
    return await session.get(RightsRequest, request)


async def open_erasure(session: AsyncSession, subject: str) -> RightsRequest | None:
    """The person's erasure that is on its way."""
    found = select(RightsRequest).where(RightsRequest.subject == subject, RightsRequest.state == RIGHT.initial)
    return (await session.scalars(found)).first()


async def everything(session: AsyncSession, subject: str) -> Everything:
    """All of a person's."""
    dependants = await session.scalars(select(Dependant.id).where(Dependant.subject == subject))
    consents = await session.scalars(select(Consent).where(Consent.subject == subject).order_by(col(Consent.id)))
    requests = await session.scalars(select(RecordRequest.id).where(RecordRequest.subject == subject))
    return Everything(dependants.all(), consents.all(), requests.all())
