"""A person lets somebody help her; both see that it is so, and either ends it."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from fastapi import Response

from services.identity.commands import helping as commands
from services.identity.queries import helping as queries
from services.identity.rules import presences
from services.identity.schemas import helping as schemas
from services.identity.tables import Delegation
from shared import app, requests
from shared.problems import Problem
from shared.requests import RuntimeDep, Self, SessionDep

router = requests.router()


@router.post("/v1/me/helper-invitations", status_code=201)
async def invite_helper(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.HelperInvitationIn, response: Response
) -> schemas.HelperInvitationOut:
    """A code for whoever is to help her, shown this once; the one before is worth nothing."""
    response.headers["cache-control"] = requests.NO_STORE
    code, expires_at = await commands.invite(session, runtime.settings, grant, body.days)
    return schemas.HelperInvitationOut(code=code, expires_at=expires_at)


@router.post("/v1/me/helping", status_code=201, response_model=schemas.DelegationOut)
async def begin_helping(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.HelpingIn
) -> schemas.DelegationOut | Response:
    """Begin to help the person who handed over this code; five people in 365 days are the most."""
    made = await commands.begin(session, runtime.settings, uuid.UUID(grant.subject), body.code)
    return app.rendered(made) if isinstance(made, Problem) else _shown(made)


@router.get("/v1/me/helpers")
async def own_helpers(session: SessionDep, grant: Self) -> schemas.DelegationsOut:
    """Whom she lets help her, newest first."""
    return _listed(await queries.of_person(session, uuid.UUID(grant.subject)))


@router.get("/v1/me/helping")
async def own_helping(session: SessionDep, grant: Self) -> schemas.DelegationsOut:
    """Whom one may help, newest first."""
    return _listed(await queries.by_helper(session, uuid.UUID(grant.subject)))


@router.post("/v1/me/helpers/{delegation}:end")
async def end_helping(session: SessionDep, grant: Self, delegation: uuid.UUID) -> schemas.DelegationOut:
    """End it, as the person or as the helper; within 5 s no gateway takes a token of it any more."""
    return _shown(await commands.end(session, uuid.UUID(grant.subject), delegation))


def _listed(rows: Iterable[Delegation]) -> schemas.DelegationsOut:
    return schemas.DelegationsOut(delegations=[_shown(row) for row in rows])


def _shown(row: Delegation) -> schemas.DelegationOut:
    state = presences.now_is(row.state, row.ends_at, datetime.now(UTC))
    return schemas.DelegationOut(id=row.id, since=row.begins_at, until=row.ends_at, state=state)
