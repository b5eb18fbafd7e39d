"""Every SELECT about who is signed in, and about authorization requests on their way."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.identity.tables import Authorization, Refresh, Session, UpstreamRequest


async def by_cookie(session: AsyncSession, cookie: bytes) -> Session | None:
    """The session of a browser, locked; in any state."""
    found = await session.scalars(select(Session).where(Session.cookie == cookie).with_for_update())
    return found.first()


async def by_id(session: AsyncSession, session_id: uuid.UUID) -> Session | None:
    """One session, locked; in any state."""
    found = await session.scalars(select(Session).where(Session.id == session_id).with_for_update())
    return found.first()


async def lasts(session: AsyncSession, session_id: uuid.UUID) -> bool:
    """Whether a session is open; whoever ends it waits for this transaction, or this one for them."""
    open_ = select(Session.id).where(Session.id == session_id, Session.state == "open")
    return (await session.scalars(open_.with_for_update(read=True))).first() is not None


async def open_of(session: AsyncSession, kind: str, subject: str) -> Sequence[Session]:
    """Everything that somebody is signed in to, newest first."""
    statement = select(Session).where(Session.kind == kind, Session.subject == subject, Session.state == "open")
    return (await session.scalars(statement.order_by(col(Session.authenticated_at).desc()))).all()


async def pushed(session: AsyncSession, request: bytes, now: datetime) -> Authorization | None:
    """A request that was pushed and not opened, locked."""
    statement = select(Authorization).where(Authorization.request == request, Authorization.state == "pushed")
    return (await session.scalars(statement.where(Authorization.expires_at > now).with_for_update())).first()


async def opened(session: AsyncSession, cookie: bytes, now: datetime) -> Authorization | None:
    """What a browser is signing in for, locked."""
    statement = select(Authorization).where(Authorization.cookie == cookie, Authorization.state == "opened")
    return (await session.scalars(statement.where(Authorization.expires_at > now).with_for_update())).first()


async def coded(session: AsyncSession, code: bytes) -> Authorization | None:
    """The request that a code answers, locked; used or not."""
    return (await session.scalars(select(Authorization).where(Authorization.code == code).with_for_update())).first()


async def upstream(session: AsyncSession, cookie: bytes, now: datetime) -> UpstreamRequest | None:
    """What a browser was sent to the upstream provider with, locked."""
    statement = select(UpstreamRequest).where(UpstreamRequest.cookie == cookie, UpstreamRequest.expires_at > now)
    return (await session.scalars(statement.with_for_update())).first()


async def is_served(session: AsyncSession, session_id: uuid.UUID, client: str) -> bool:
    """Whether a client already got tokens of a session."""
    found = select(Refresh.tag).where(Refresh.session == session_id, Refresh.client == client)
    return (await session.scalars(found.limit(1))).first() is not None


async def refresh(session: AsyncSession, tag: bytes) -> Refresh | None:
    """A refresh token."""
    return await session.get(Refresh, tag)
