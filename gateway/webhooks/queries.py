"""Every SELECT of the webhooks; each says of which organisation."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.exchange.tables import Link
from gateway.webhooks import rules
from gateway.webhooks.tables import Endpoint, Message

MOST = 200  # dead letters told at a time


async def state_before(session: AsyncSession, referral: str) -> str | None:
    """Where a referral stood until now, as far as is known here."""
    return await session.scalar(select(Link.state).where(col(Link.id) == referral))


async def registered(session: AsyncSession, organization: str) -> Endpoint | None:
    """An organisation's webhook, to send by."""
    return await session.get(Endpoint, organization)


async def endpoint(session: AsyncSession, organization: str) -> Endpoint:
    """An organisation's own webhook, locked; 404 when it has none."""
    found = await session.get(Endpoint, organization, with_for_update=True)
    if found is None:
        raise rules.NO_WEBHOOK()
    return found


async def counted(session: AsyncSession, organization: str) -> dict[str, int]:
    """How many of its messages are in each state."""
    lines = select(Message.state, func.count()).where(col(Message.organization) == organization)
    found = await session.execute(lines.group_by(col(Message.state)))
    return {str(row[0]): int(row[1]) for row in found}


async def dead(session: AsyncSession, organization: str) -> Sequence[Message]:
    """Its dead letters, the oldest first."""
    found = select(Message).where(col(Message.organization) == organization, col(Message.state) == "dead")
    return (await session.scalars(found.order_by(col(Message.id)).limit(MOST))).all()


async def taken(session: AsyncSession, message: object) -> Message | None:
    """A message that is being sent, or was, unless it was forgotten meanwhile."""
    return await session.get(Message, message, with_for_update=True)
