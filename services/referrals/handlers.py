"""The facts of others that referrals react to."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.commands import facts
from shared.contracts import events
from shared.inbox import Handlers


async def activated(session: AsyncSession, event: events.AgreementActivated) -> None:
    """An agreement is in force."""
    await facts.note_agreement(session, event, active=True)


async def suspended(session: AsyncSession, event: events.AgreementSuspended) -> None:
    """An agreement opens nothing until it is in force again."""
    await facts.note_agreement(session, event, active=False)


HANDLERS: Handlers = {
    **dict.fromkeys(events.OrganizationFact.__subclasses__(), facts.note_organisation),
    events.ServicePublished: facts.note_service,
    events.AgreementActivated: activated,
    events.AgreementSuspended: suspended,
    events.ConsentGiven: facts.take_consent,
    events.ConsentRefused: facts.take_refusal,
    events.ConsentWithdrawn: facts.take_withdrawal,
}
