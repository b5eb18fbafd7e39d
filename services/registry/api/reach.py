"""Whose rows a route sees: the grant's subject on her own calls and on calls about her, set before anything is read."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from fastapi import Depends, Header
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.queries import people, reach
from shared.grants import Grant
from shared.requests import Exchange, Platform, RuntimeDep, Self, SessionDep
from shared.runtime import Runtime


@dataclass(frozen=True)
class Call:
    """One call whose rows are narrowed: its transaction, the app's resources, the grant."""

    session: AsyncSession
    runtime: Runtime
    grant: Grant


async def own(session: SessionDep, runtime: RuntimeDep, grant: Self) -> Call:
    """The person herself."""
    await reach.visible_to(session, grant)
    return Call(session, runtime, grant)


async def named(session: SessionDep, runtime: RuntimeDep, grant: Exchange) -> Call:
    """An office, about the person whom the linked referral names, whichever sign-in she made it with."""
    subject = await reach.visible_to(session, grant)
    while (standing := await people.standing(session, subject)) != subject:
        grant = msgspec.structs.replace(grant, subject=standing)
        subject = await reach.visible_to(session, grant)
    return Call(session, runtime, grant)


async def platform(session: SessionDep, runtime: RuntimeDep, grant: Platform) -> Call:
    """The gateway's own work between regions."""
    await reach.visible_to_platform(session)
    return Call(session, runtime, grant)


Own = Annotated[Call, Depends(own, scope="function")]
Named = Annotated[Call, Depends(named, scope="function")]
ForPlatform = Annotated[Call, Depends(platform, scope="function")]
IfMatch = Annotated[str | None, Header(max_length=64)]
