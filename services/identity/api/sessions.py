"""One's own sessions, over the API: seen and ended."""

import uuid

from services.identity.commands import sessions as commands
from services.identity.queries import sessions as queries
from services.identity.schemas import sessions as schemas
from shared import requests
from shared.requests import Internal, Self, SessionDep

router = requests.router()


@router.get("/v1/me/sessions")
async def own_sessions(session: SessionDep, grant: Self) -> schemas.SessionsOut:
    """Where a resident is signed in."""
    rows = await queries.open_of(session, "resident", grant.subject)
    return schemas.SessionsOut(sessions=[schemas.SessionOut(**row.model_dump()) for row in rows])


@router.post("/v1/me/sessions/{session_id}:end")
async def end_own_session(session: SessionDep, grant: Self, session_id: uuid.UUID) -> schemas.SessionOut:
    """Sign out; within 5 s no gateway takes the session's tokens any more."""
    row = await commands.end_own(session, grant.actor.type, grant.actor.id, session_id)
    return schemas.SessionOut(**row.model_dump())


@router.get("/v1/staff-sessions")
async def staff_sessions(session: SessionDep, grant: Internal) -> schemas.SessionsOut:
    """Where a member of staff is signed in themselves."""
    rows = await queries.open_of(session, "staff", grant.actor.id)
    return schemas.SessionsOut(sessions=[schemas.SessionOut(**row.model_dump()) for row in rows])


@router.post("/v1/staff-sessions/{session_id}:end")
async def end_staff_session(session: SessionDep, grant: Internal, session_id: uuid.UUID) -> schemas.SessionOut:
    """Sign out; within 5 s no gateway takes the session's tokens any more."""
    row = await commands.end_own(session, grant.actor.type, grant.actor.id, session_id)
    return schemas.SessionOut(**row.model_dump())
