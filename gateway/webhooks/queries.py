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
    """An organisation's own webhook; 404 when it has none."""
    return _there(await registered(session, organization))


async def locked(session: AsyncSession, organization: str) -> Endpoint:
    """An organisation's own webhook, to change it; 404 when it has none."""
    return _there(await session.get(Endpoint, organization, with_for_update=True))


def _there(found: Endpoint | None) -> Endpoint:
    if found is None:
        raise rules.NO_WEBHOOK()
    return found


async def registered_by(session: AsyncSession, client: str) -> Sequence[Endpoint]:
    """The webhook that a client registered, locked."""
    return (await session.scalars(select(Endpoint).where(col(Endpoint.client) == client).with_for_update())).all()


async def counted(session: AsyncSession, organization: str) -> dict[str, int]:
    """How many of its messages are in each state."""
    lines = select(Message.state, func.count()).where(col(Message.organization) == organization)
    found = await session.execute(lines.group_by(col(Message.state)))
    return {str(row[0]): int(row[1]) for row in found}


async def dead(session: AsyncSession, organization: str) -> Sequence[Message]:
    """Its dead letters, the oldest first."""
    found = select(Message).where(col(Message.organization) == organization, col(Message.state) == "dead")
    return (await session.scalars(found.order_by(col(Message.created_at), col(Message.id)).limit(MOST))).all()


async def taken(session: AsyncSession, message: object) -> Message | None:
    """A message that is being sent, or was, unless it was forgotten meanwhile."""
    return await session.get(Message, message, with_for_update=True)
