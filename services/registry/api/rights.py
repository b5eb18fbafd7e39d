"""The rights desk: what a person asks for about what is kept of her, and what she is answered (PIPL 44 to 50)."""

import uuid
from typing import Annotated

from fastapi import Depends, Response

from services.registry.api.reach import IfMatch, Own
from services.registry.commands import erasing
from services.registry.commands import rights as commands
from services.registry.queries import reach
from services.registry.queries import rights as queries
from services.registry.schemas import rights as schemas
from services.registry.tables import RightsRequest
from shared import pages, requests
from shared.requests import Internal, Public, RuntimeDep, SessionDep

router = requests.router()


async def at_desk(
    session: SessionDep, runtime: RuntimeDep, grant: Internal, rights_request: uuid.UUID, if_match: IfMatch = None
) -> commands.Desk:
    """An officer of the desk; whose request it is stays with the row."""
    await reach.visible_to_platform(session)
    return commands.Desk(session, runtime, grant, rights_request, if_match)


Desk = Annotated[commands.Desk, Depends(at_desk, scope="function")]


@router.post("/v1/me/erasures", status_code=202)
async def ask_erasure(call: Own, body: schemas.ErasureIn) -> schemas.ErasureOut:
    """Erase everything that any app keeps of the person (PIPL 47); it cannot be taken back."""
    return _erasure(await erasing.ask_erasure(call.session, call.grant))


@router.get("/v1/erasures/{erasure}")
async def erasure(session: SessionDep, _: Public, erasure: uuid.UUID) -> schemas.ErasureOut:
    """Whether it is done: afterwards the person has no account any more to look with."""
    await reach.visible_to_platform(session)
    return _erasure(await queries.erasure(session, erasure))


@router.post("/v1/me/rights-requests", status_code=201)
async def ask_right(call: Own, body: schemas.RightIn) -> schemas.MovedOut:
    """Ask the desk to explain, correct, delete or restrict something; it answers within 15 days."""
    return _moved(await commands.ask(call.session, call.runtime, call.grant, body))


@router.get("/v1/me/rights-requests")
async def own_rights(call: Own, limit: pages.Limit = 50, cursor: pages.Cursor = None) -> schemas.RightsOut:
    """The own requests with every answer, newest first."""
    rows = await queries.page(call.session, call.grant.subject, pages.after(cursor), limit)
    shown = [await queries.shown(call.runtime.vault, row) for row in rows]
    return schemas.RightsOut(requests=shown, next=pages.following([row.id for row in rows], limit))


@router.get("/v1/me/rights-requests/{rights_request}")
async def own_right(call: Own, rights_request: uuid.UUID) -> schemas.RightOut:
    """One own request with its answers, and where to go when they do not satisfy."""
    return await queries.shown(call.runtime.vault, await queries.own(call.session, call.grant.subject, rights_request))


@router.post("/v1/me/rights-requests/{rights_request}:appeal")
async def appeal_right(call: Own, rights_request: uuid.UUID) -> schemas.MovedOut:
    """Have a refusal looked at by another officer."""
    return _moved(await commands.move(call.session, call.grant.subject, rights_request, "appeal"))


@router.post("/v1/me/rights-requests/{rights_request}:take-back")
async def take_back_right(call: Own, rights_request: uuid.UUID) -> schemas.MovedOut:
    """End a request that is not answered yet."""
    return _moved(await commands.move(call.session, call.grant.subject, rights_request, "take_back"))


@router.get("/v1/rights-requests")
async def rights_waiting(session: SessionDep, grant: Internal, limit: pages.Limit = 50) -> schemas.DeskOut:
    """What the own desk has to answer, the most urgent first: kinds and days, nobody's name or words."""
    await reach.visible_to_platform(session)
    return schemas.DeskOut(requests=[queries.line(row) for row in await queries.waiting(session, grant, limit)])


@router.get("/v1/rights-requests/{rights_request}")
async def read_right(desk: Desk, response: Response) -> schemas.RightOut:
    """One request, in the words of whoever asks; it does not say who that is. The person sees that it was read."""
    row = await queries.at_desk(desk.session, desk.grant, desk.request)
    response.headers["etag"] = requests.etag(row.version)
    return await queries.shown(desk.runtime.vault, row)


@router.post("/v1/rights-requests/{rights_request}:extend")
async def extend_right(desk: Desk, body: schemas.AnswerIn) -> schemas.MovedOut:
    """Take 15 more days, once, and say why."""
    return _moved(await commands.answer(desk, "extend", body))


@router.post("/v1/rights-requests/{rights_request}:grant")
async def grant_right(desk: Desk, body: schemas.AnswerIn) -> schemas.MovedOut:
    """Say what was done, or what was asked to be explained."""
    return _moved(await commands.answer(desk, "grant", body))


@router.post("/v1/rights-requests/{rights_request}:refuse")
async def refuse_right(desk: Desk, body: schemas.AnswerIn) -> schemas.MovedOut:
    """Refuse, with the reason that the law gives (PIPL 50)."""
    return _moved(await commands.answer(desk, "refuse", body))


@router.post("/v1/rights-requests/{rights_request}:uphold")
async def uphold_refusal(desk: Desk, body: schemas.AnswerIn) -> schemas.MovedOut:
    """After an appeal, refuse again; another officer than before."""
    return _moved(await commands.answer(desk, "uphold", body))


@router.post("/v1/rights-requests/{rights_request}:overturn")
async def overturn_refusal(desk: Desk, body: schemas.AnswerIn) -> schemas.MovedOut:
    """After an appeal, grant it after all; another officer than before."""
    return _moved(await commands.answer(desk, "overturn", body))


def _erasure(row: RightsRequest) -> schemas.ErasureOut:
    return schemas.ErasureOut(**row.model_dump())


def _moved(row: RightsRequest) -> schemas.MovedOut:
    return schemas.MovedOut(id=row.id, state=row.state)
