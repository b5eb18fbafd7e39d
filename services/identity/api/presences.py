"""Counters: an officer asks for a person's presence, proves it, ends it."""

import uuid
from datetime import UTC, datetime

from fastapi import BackgroundTasks, Response

from services.identity.commands import codes
from services.identity.commands import presences as commands
from services.identity.rules import presences as rules
from services.identity.schemas import presences as schemas
from services.identity.tables import Presence
from shared import app, requests
from shared.problems import Problem
from shared.requests import Internal, RuntimeDep, SessionDep

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


def _shown(row: Presence) -> schemas.PresenceOut:
    state = rules.now_is(row.state, row.ends_at, datetime.now(UTC))
    return schemas.PresenceOut(id=row.id, kind=row.kind, task=row.task, state=state, ends_at=row.ends_at)
