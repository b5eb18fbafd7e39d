"""The routes of cases: parse, call one command or query, return."""

import uuid
from typing import Annotated

from fastapi import Depends, Header, Response

from services.cases import commands, schemas
from services.cases.commands import Call, Written
from services.cases.queries import cases, content
from shared import pages, requests
from shared.grants import Grant
from shared.requests import Internal, RuntimeDep, Self, SessionDep

router = requests.router()
IfMatch = Annotated[str | None, Header(description="The ETag that you read.")]


async def _party_call(
    session: SessionDep, runtime: RuntimeDep, grant: Self, case: uuid.UUID, if_match: IfMatch = None
) -> Call:
    return Call(session, runtime, grant, case, if_match)


async def _mediator_call(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, case: uuid.UUID, if_match: IfMatch = None
) -> Call:
    return Call(session, runtime, grant, case, if_match)


PartyCall = Annotated[Call, Depends(_party_call)]
MediatorCall = Annotated[Call, Depends(_mediator_call)]


def _answer(response: Response, written: Written) -> schemas.WrittenOut:
    response.headers["etag"] = requests.etag(written.version)
    return written.body


async def _page(session: SessionDep, grant: Grant, cursor: str | None, limit: int) -> schemas.CasesOut:
    rows = await cases.page(session, grant, pages.after(cursor), limit)
    following = pages.following([row.id for row in rows], limit)
    return schemas.CasesOut(cases=[content.summary(row) for row in rows], next=following)


@router.post("/v1/me/cases", status_code=201)
async def apply(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.ApplyIn, response: Response
) -> schemas.WrittenOut:
    """Ask for mediation, free of charge (People's Mediation Law 4, 17)."""
    return _answer(response, await commands.apply(session, runtime, grant, body))


@router.get("/v1/me/cases")
async def own_cases(
    session: SessionDep, grant: Self, cursor: pages.Cursor = None, limit: pages.Limit = 50
) -> schemas.CasesOut:
    """The cases that the caller is a party of."""
    return await _page(session, grant, cursor, limit)


@router.get("/v1/me/cases/{case}")
async def own_case(
    session: SessionDep, runtime: RuntimeDep, grant: Self, case: uuid.UUID, response: Response
) -> schemas.PartyCaseOut:
    """One own case: what both parties may read, and the caller's own words."""
    row, view = await content.of_party(session, runtime.vault, grant, case)
    response.headers["etag"] = requests.etag(row.version)
    return view


@router.post("/v1/me/invitations:answer")
async def answer_invitation(
    session: SessionDep, runtime: RuntimeDep, grant: Self, body: schemas.AnswerIn, response: Response
) -> schemas.WrittenOut:
    """Accept an invitation and join, or refuse it, which ends it; the code serves once and for eight days."""
    return _answer(response, await commands.answer(session, runtime, grant, body))


@router.post("/v1/me/cases/{case}:sign")
async def sign(call: PartyCall, body: schemas.SignIn, response: Response) -> schemas.WrittenOut:
    """Sign the agreement's text by its digest."""
    return _answer(response, await commands.sign(call, body))


@router.post("/v1/me/cases/{case}:stop")
async def stop(call: PartyCall, response: Response) -> schemas.WrittenOut:
    """End mediation: at any time before the agreement binds, without a reason and without If-Match."""
    return _answer(response, await commands.stop(call))


@router.post("/v1/me/cases/{case}:report")
async def report(call: PartyCall, body: schemas.ReportIn, response: Response) -> schemas.WrittenOut:
    """Say which terms were performed."""
    return _answer(response, await commands.report(call, body))


@router.get("/v1/cases")
async def committee_cases(
    session: SessionDep, grant: Internal, cursor: pages.Cursor = None, limit: pages.Limit = 50
) -> schemas.CasesOut:
    """The committee's cases: ids, types, states, due dates; never people."""
    return await _page(session, grant, cursor, limit)


@router.get("/v1/cases/{case}")
async def committee_case(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, case: uuid.UUID, response: Response
) -> schemas.MediatorCaseOut:
    """One case of the committee with its content, for its mediators."""
    row, view = await content.of_mediator(session, runtime.vault, grant, case)
    response.headers["etag"] = requests.etag(row.version)
    return view


@router.post("/v1/cases/{case}:screen")
async def screen(call: MediatorCall, body: schemas.ScreenIn, response: Response) -> schemas.WrittenOut:
    """Take the dispute on, or say why not."""
    return _answer(response, await commands.screen(call, body))


@router.post("/v1/cases/{case}:invite")
async def invite(call: MediatorCall, response: Response) -> schemas.WrittenOut:
    """Ask the other party by a single-use code."""
    return _answer(response, await commands.invite(call))


@router.post("/v1/cases/{case}:notify")
async def notify(call: MediatorCall, body: schemas.NotifyIn, response: Response) -> schemas.WrittenOut:
    """Record that both signed the notice of rights and duties."""
    return _answer(response, await commands.notify(call, body))


@router.post("/v1/cases/{case}:open-session")
async def open_session(call: MediatorCall, body: schemas.SessionIn, response: Response) -> schemas.WrittenOut:
    """Begin a session."""
    return _answer(response, await commands.open_session(call, body))


@router.post("/v1/cases/{case}:draft")
async def draft(call: MediatorCall, body: schemas.DraftIn, response: Response) -> schemas.DraftedOut:
    """Write down the terms, each with its due date."""
    version, drafted = await commands.draft(call, body)
    response.headers["etag"] = requests.etag(version)
    return drafted


@router.post("/v1/cases/{case}:seal")
async def seal(call: MediatorCall, response: Response) -> schemas.WrittenOut:
    """Put the committee's seal under what every party signed."""
    return _answer(response, await commands.seal(call))


@router.post("/v1/cases/{case}:follow-up")
async def follow_up(call: MediatorCall, body: schemas.FollowUpIn, response: Response) -> schemas.WrittenOut:
    """Record how the agreement was performed."""
    return _answer(response, await commands.follow_up(call, body))
