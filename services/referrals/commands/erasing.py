"""What a person answered goes with her key, and what runs for her stops."""

from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.referrals import queries
from services.referrals.commands import moves
from services.referrals.rules import states
from services.referrals.tables import PersonAnswer, Referral, ReferralAnswers
from shared import outbox
from shared.contracts.events import ReferralsErasureDone, ReferralsErasureOrdered
from shared.contracts.events.erasures import NOBODY
from shared.runtime import Runtime


async def erase(runtime: Runtime, session: AsyncSession, event: ReferralsErasureOrdered) -> None:
    """Erase a person; of her referrals the services, states and times stay, for the figures."""
    await runtime.vault.destroy(event.person)
    hers = await queries.of_person(session, event.person)
    for referral in hers:
        await _stop(session, referral)
    ids = [referral.id for referral in hers]
    for table in (ReferralAnswers, PersonAnswer):
        await session.execute(delete(table).where(col(table.referral).in_(ids)))
    done = ReferralsErasureDone(request=event.request, records=tuple(map(str, ids)))
    await outbox.emit(session, event.request, done)


async def _stop(session: AsyncSession, referral: Referral) -> None:
    referral.seal = NOBODY
    if referral.state in states.OPEN:
        await moves.apply(session, referral, moves.Step("cancel", "person", datetime.now(UTC)))
