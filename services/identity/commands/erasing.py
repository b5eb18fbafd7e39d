"""Everything by which a person signs in goes: nobody is known by it any more."""

import uuid

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, or_

from services.identity.commands import helping, paper, presences, sessions
from services.identity.queries import people
from services.identity.tables import Delegation, Handle, HelperInvitation, Presence, Resident
from shared import outbox
from shared.contracts.events import IdentityErasureDone, IdentityErasureOrdered
from shared.runtime import Runtime


async def erase(_: Runtime, session: AsyncSession, event: IdentityErasureOrdered) -> None:
    """Erase a person; her tokens are refused within 5 s, and the same phone signs in somebody new.

    Her ways in go first: whoever signs in by one now is waited for, and ends with the others.
    """
    person = uuid.UUID(event.person)
    await people.lock_handles(session, person)
    await paper.forget_all(session, person)
    await session.execute(delete(Handle).where(col(Handle.person) == person))
    await sessions.end_with_passkeys(session, "resident", event.person)
    await presences.end_all(session, person)
    await helping.end_all(session, person)
    await session.flush()
    await session.execute(update(Presence).where(col(Presence.person) == person).values(person=None))
    await session.execute(delete(HelperInvitation).where(col(HelperInvitation.person) == person))
    either = or_(col(Delegation.person) == person, col(Delegation.helper) == person)
    await session.execute(delete(Delegation).where(either))
    await session.execute(delete(Resident).where(col(Resident.person) == person))
    await outbox.emit(session, event.request, IdentityErasureDone(request=event.request))
