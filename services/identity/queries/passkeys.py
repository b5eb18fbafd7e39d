"""Every SELECT about passkeys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.tables import Challenge, Passkey


async def challenge(session: AsyncSession, cookie: bytes, now: datetime) -> Challenge | None:
    """The challenge of a browser, if it has not run out, locked."""
    statement = select(Challenge).where(Challenge.cookie == cookie, Challenge.expires_at > now)
    return (await session.scalars(statement.with_for_update())).first()


async def passkey(session: AsyncSession, key: bytes) -> Passkey | None:
    """One passkey, locked."""
    return (await session.scalars(select(Passkey).where(Passkey.id == key).with_for_update())).first()


async def of(session: AsyncSession, kind: str, subject: str) -> Sequence[Passkey]:
    """The passkeys of one account, oldest first."""
    statement = select(Passkey).where(Passkey.kind == kind, Passkey.subject == subject)
    return (await session.scalars(statement.order_by(col(Passkey.made_at)))).all()
