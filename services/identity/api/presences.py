"""Counters: an officer asks for a person's presence, proves it, ends it; she sees it, and ends it too."""

import uuid
from datetime import UTC, datetime

from fastapi import BackgroundTasks, Response

from services.identity.commands import codes
from services.identity.commands import presences as commands
from services.identity.queries import presences as queries
from services.identity.rules import presences as rules
from services.identity.schemas import presences as schemas
from services.identity.tables import Presence
from shared import app, requests
from shared.problems import Problem
from shared.requests import Internal, RuntimeDep, Self, SessionDep

router = requests.router()


@router.post("/v1/presences", status_code=201)
async def ask_presence(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, body: schemas.PresenceIn, later: BackgroundTasks
) -> schemas.PresenceOut:
    """Send a code to the phone of whoever stands at the counter, or wait for a witness; for every number the same."""
    row, message = await commands.ask(session, runtime, grant, body)
    later.add_task(codes.deliver, runtime, message)
    return _shown(row)


@router.post("/v1/presences/{presence}:confirm", response_model=schemas.PresenceOut)
async def confirm_presence(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, presence: uuid.UUID, body: schemas.CodeIn
) -> schemas.PresenceOut | Response:
    """Prove that the person is there by her code; for 30 minutes the officer may then act with her."""
    found = await commands.confirm(session, runtime, grant, presence, body.code)
    return app.rendered(found) if isinstance(found, Problem) else _shown(found)


@router.post("/v1/presences/{presence}:witness", response_model=schemas.PresenceOut)
async def witness_presence(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, presence: uuid.UUID, body: schemas.WitnessIn
) -> schemas.PresenceOut | Response:
    """Say, as somebody of another organisation, that a person without a phone signed this form before you.

    She types the digits of a paper key herself: whoever makes the key never sees them, and you never see the key.
    """
    found = await commands.witness(session, runtime, grant, presence, body)
    return app.rendered(found) if isinstance(found, Problem) else _shown(found)


@router.post("/v1/presences/{presence}:end")
async def end_presence(session: SessionDep, grant: Internal, presence: uuid.UUID) -> schemas.PresenceOut:
    """The person leaves; within 5 s no gateway takes a token of this presence any more."""
    return _shown(await commands.end(session, grant, presence))


@router.get("/v1/me/presences")
async def own_presences(session: SessionDep, grant: Self) -> schemas.OwnPresencesOut:
    """At which counters somebody may act with her now."""
    rows = await queries.lasting(session, uuid.UUID(grant.subject), datetime.now(UTC))
    return schemas.OwnPresencesOut(presences=[_own(row, name) for row, name in rows])


@router.post("/v1/me/presences/{presence}:end")
async def end_own_presence(session: SessionDep, grant: Self, presence: uuid.UUID) -> schemas.PresenceOut:
    """End it without the officer; within 5 s no gateway takes a token of this presence any more."""
    return _shown(await commands.end_own(session, uuid.UUID(grant.subject), presence))


def _own(row: Presence, organization: str) -> schemas.OwnPresenceOut:
    since = row.confirmed_at or row.asked_at
    return schemas.OwnPresenceOut(id=row.id, organisation=organization, task=row.task, since=since, until=row.ends_at)


def _shown(row: Presence) -> schemas.PresenceOut:
    state = rules.now_is(row.state, row.ends_at, datetime.now(UTC))
    return schemas.PresenceOut(id=row.id, kind=row.kind, task=row.task, state=state, ends_at=row.ends_at)
