"""What recipients have to hear, put on the list in the transaction that keeps where the referral stands."""

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


HANDLERS: Handlers = dict.fromkeys(events.ReferralFact.__subclasses__(), referral)
