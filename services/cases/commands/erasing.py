"""What one party said goes with her key; what both agreed stays theirs, and she is nobody in it any more."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.commands import cases as door
from services.cases.queries import cases
from services.cases.rules import states
from services.cases.tables import MediationCase, Party
from shared import ids, outbox
from shared.contracts.events import CasesErasureDone, CasesErasureOrdered
from shared.contracts.events.erasures import NOBODY
from shared.runtime import Runtime


async def erase(runtime: Runtime, session: AsyncSession, event: CasesErasureOrdered) -> None:
    """Erase a person; mediation that is under way stops, as either party may stop it at any time."""
    await runtime.vault.destroy(event.person)
    hers = await cases.of_person(session, uuid.UUID(event.person))
    for case, party in hers:
        await _leave(session, case, party)
    done = CasesErasureDone(request=event.request, records=tuple(str(case.id) for case, _ in hers))
    await outbox.emit(session, event.request, done)


async def _leave(session: AsyncSession, case: MediationCase, party: Party) -> None:
    party.person, party.seal = ids.new(), NOBODY
    party.contact = party.statement = None
    await session.flush()
    if case.state in states.CASE.moves["stop"][0]:
        await door.move(session, case, "stop", party.role)
