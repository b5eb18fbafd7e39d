"""What recipients have to hear, and who is told no more, kept in the transaction that keeps the fact itself."""

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.exchange import handlers
from gateway.webhooks import commands, queries, rules
from shared.contracts import events
from shared.inbox import Handlers


async def referral(session: AsyncSession, event: events.ReferralFact) -> None:
    """Keep the fact as the decision needs it, and tell the recipient where that is new to it."""
    before = await queries.state_before(session, event.referral)
    await handlers.referral(session, event)
    if rules.tells(before, event.state):
        await commands.tell(session, event)


async def client_revoked(session: AsyncSession, event: events.ClientRevoked) -> None:
    """Its tokens are worthless from now on, and the webhook that it registered is disabled."""
    await handlers.client_revoked(session, event)
    await commands.disable(session, event.client)


async def organization(session: AsyncSession, event: events.OrganizationFact) -> None:
    """Keep an organisation as the decision needs it; the webhook of one that is closed ends."""
    await handlers.organization(session, event)
    if event.state == "closed":
        await commands.close(session, event.organization)


HANDLERS: Handlers = {
    **dict.fromkeys(events.ReferralFact.__subclasses__(), referral),
    **dict.fromkeys(events.OrganizationFact.__subclasses__(), organization),
    events.ClientRevoked: client_revoked,
}
