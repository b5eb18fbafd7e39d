"""Who is signed in: begun by a proof of who it is, seen, and ended; every token of an ended session is worthless."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.commands import passkeys
from services.identity.queries import sessions as queries
from services.identity.rules import secrets, tokens
from services.identity.rules.sessions import LONGEST, METHODS, OVER, SESSION, Proof, lives
from services.identity.tables import Refresh, Session
from shared import ids, outbox, problems
from shared.contracts.events import SessionEnded
from shared.grants import Grant


async def start(session: AsyncSession, proof: Proof) -> tuple[Session, str]:
    """Somebody proved who they are; the session, and the browser's secret."""
    now, secret = datetime.now(UTC), secrets.fresh()
    row = Session(
        id=ids.new(),
        kind=proof.kind,
        subject=proof.subject,
        level=METHODS[proof.method],
        method=proof.method,
        on_paper=proof.on_paper,
        cookie=secrets.digest(secret),
        authenticated_at=min(proof.since or now, now),
        used_at=now,
        ends_at=now + LONGEST[proof.kind],
    )
    session.add(row)
    await session.flush()
    return row, secret


async def current(session: AsyncSession, cookie: str) -> Session | None:
    """The session that a browser is in, if it still lasts; looking at it keeps it awake."""
    row = await queries.by_cookie(session, secrets.digest(cookie)) if cookie else None
    if row is None or not awake(row):
        return None
    row.used_at = datetime.now(UTC)
    return row


def awake(row: Session) -> bool:
    """Whether a session is open and lasts."""
    return row.state == SESSION.initial and lives(row.kind, row.used_at, row.ends_at, datetime.now(UTC))


async def end(session: AsyncSession, row: Session) -> None:
    """End a session; within 5 s no gateway takes its tokens any more."""
    row.state = SESSION.after(row.state, "end")
    await session.execute(delete(Refresh).where(col(Refresh.session) == row.id))
    until = datetime.now(UTC) + timedelta(seconds=tokens.LIFETIME)
    await outbox.emit(session, row.id, SessionEnded(session=str(row.id), until=until))


async def check_open(session: AsyncSession, grant: Grant) -> None:
    """Gateways take the tokens of an ended session for up to 5 s more: they make no way in. Raises `session-over`."""
    if grant.session and not await queries.lasts(session, uuid.UUID(grant.session)):
        raise OVER()


async def end_own(session: AsyncSession, kind: str, subject: str, session_id: uuid.UUID) -> Session:
    """End one of one's own sessions; 404 for anybody else's, and what has ended stays ended."""
    row = await queries.by_id(session, session_id)
    if row is None or (row.kind, row.subject) != (kind, subject):
        raise problems.NOT_FOUND()
    if row.state == SESSION.initial:
        await end(session, row)
    return row


async def end_with_passkeys(session: AsyncSession, kind: str, subject: str, of_paper: bool = False) -> None:
    """Forget the passkeys of somebody, and end everything that they are signed in to, or only what rests on paper.

    The passkeys go first, which waits for whoever signs in with one now; the sessions that this began end with the
    others. A session that has just ended may have added a passkey.
    """
    await passkeys.forget_all(session, kind, subject, of_paper)
    await end_all(session, kind, subject, of_paper)
    await passkeys.forget_all(session, kind, subject, of_paper)


async def end_all(session: AsyncSession, kind: str, subject: str, of_paper: bool = False) -> None:
    """End everything that somebody is signed in to, or only what rests on paper: a credential was lost."""
    for row in await queries.open_of(session, kind, subject):
        if row.on_paper or not of_paper:
            await end(session, row)
