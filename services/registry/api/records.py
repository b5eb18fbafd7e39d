"""Records between regions: filed by an office, asked for by the person, confirmed by the contact, carried on."""

from uuid import UUID

from fastapi import Response

from services.registry.api.reach import Call, ForPlatform, Named, Own
from services.registry.commands import records as commands
from services.registry.queries import records as queries
from services.registry.rules import records as rules
from services.registry.schemas import records as schemas
from services.registry.schemas.common import Kept
from services.registry.tables import HeldRecord, RecordRequest
from shared import app, pages, problems, requests
from shared.contracts.events import Id
from shared.requests import Public, RuntimeDep, SessionDep

router = requests.router()


@router.post("/v1/referrals/{referral}/held-records", status_code=201)
async def file_record(call: Named, referral: Id, body: schemas.HeldIn) -> Kept:
    """File a record for the person of a referral, or for one she answers for."""
    if call.grant.operation != "file_record":
        raise problems.FORBIDDEN(f"The agreement must allow file_record on referral {referral}.")
    return Kept(id=str(await commands.file_record(call.session, call.runtime, call.grant, body)), state="held")


@router.get("/v1/me/held-records")
async def held_records(call: Own, limit: pages.Limit = 50, cursor: pages.Cursor = None) -> schemas.HeldsOut:
    """What offices of this region filed for the person and those she answers for, newest first."""
    rows = await queries.own_held(call.session, call.grant.subject, pages.after(cursor), limit)
    shown = [await _held(call, row) for row in rows]
    return schemas.HeldsOut(records=shown, next=pages.following([row.id for row in rows], limit))


@router.post("/v1/me/record-requests", status_code=201)
async def ask(call: Own, body: schemas.RequestIn) -> Kept:
    """Ask another region for one own record."""
    row = await commands.ask(call.session, call.runtime, call.grant, body)
    return Kept(id=str(row.id), state=row.state)


@router.get("/v1/me/record-requests")
async def own_requests(call: Own, limit: pages.Limit = 50, cursor: pages.Cursor = None) -> schemas.RequestsOut:
    """The own requests, newest first."""
    rows = await queries.own_requests(call.session, call.grant.subject, pages.after(cursor), limit)
    return schemas.RequestsOut(
        requests=[_shown(row) for row in rows], next=pages.following([row.id for row in rows], limit)
    )


@router.get("/v1/me/record-requests/{request}")
async def own_request(call: Own, request: UUID) -> schemas.RequestOut:
    """Where one request stands."""
    return _shown(await queries.own_request(call.session, call.grant.subject, request))


@router.get("/v1/me/record-requests/{request}/record")
async def own_record(call: Own, request: UUID) -> schemas.RecordOut:
    """The record that came back, for the person alone."""
    row = await queries.own_request(call.session, call.grant.subject, request)
    record = await queries.answer(call.runtime.vault, row)
    return schemas.RecordOut(request=str(row.id), record_type=row.record_type, record=record)


@router.post("/v1/confirmations")
async def confirm(session: SessionDep, runtime: RuntimeDep, _: Public, body: schemas.ConfirmationIn) -> Response:
    """Release a record held here with the one-time code that its contact received; every try counts."""
    if await commands.confirm(session, runtime, body):
        return Response(Kept(id=str(body.request), state="released").model_dump_json(), media_type="application/json")
    # Returned, not raised: raising would roll the counted try back.
    return app.rendered(rules.CONFIRMATION_REFUSED())


@router.get("/platform/record-requests/{request}")
async def outgoing(call: ForPlatform, request: UUID) -> schemas.OutgoingRequest:
    """What the gateway sends to the peer for one open request."""
    row = await queries.request(call.session, request)
    claims = await queries.claims(call.session, call.runtime.vault, row)
    return schemas.OutgoingRequest(request=row.id, peer=row.peer, record_type=row.record_type, claims=claims)


@router.post("/platform/record-requests", status_code=202)
async def incoming(call: ForPlatform, body: schemas.IncomingRequest) -> Kept:
    """Take a peer's request in; known and unknown people get this same answer at the same time."""
    await commands.take_in(call.session, call.runtime, body)
    return Kept(id=str(body.request), state="received")


@router.get("/platform/record-answers/{request}")
async def outgoing_answer(call: ForPlatform, request: UUID) -> schemas.AnswerOut:
    """The released record, for the gateway to send; 404 until it is confirmed."""
    row = await queries.release(call.session, request)
    if row is None:
        raise problems.NOT_FOUND()
    record = await queries.held(call.session, call.runtime.vault, row)
    return schemas.AnswerOut(request=row.request, record_type=row.record_type, record=record)


@router.post("/platform/record-answers")
async def incoming_answer(call: ForPlatform, body: schemas.AnswerIn) -> Kept:
    """Keep what a peer sent for one of this region's requests."""
    row = await commands.take_answer(call.session, call.runtime, body)
    return Kept(id=str(row.id), state=row.state)


async def _held(call: Call, row: HeldRecord) -> schemas.HeldOut:
    return schemas.HeldOut(**row.model_dump(), record=await queries.opened(call.runtime.vault, row))


def _shown(row: RecordRequest) -> schemas.RequestOut:
    return schemas.RequestOut(
        id=str(row.id),
        record_type=row.record_type,
        region=row.peer,
        dependant=str(row.dependant) if row.dependant else None,
        state=row.state,
        advice=rules.ADVICE.get(row.state),
        at=row.at,
    )
