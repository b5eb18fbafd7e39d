"""A person's own name as it stands elsewhere, and the sheet that says so."""

import asyncio
from uuid import UUID

from fastapi import Response

from services.registry import sheet
from services.registry.api.reach import Own
from services.registry.commands import writings as commands
from services.registry.queries import people as people_queries
from services.registry.queries import writings as queries
from services.registry.schemas import writings as schemas
from services.registry.schemas.common import Kept
from services.registry.tables import now
from shared import requests
from shared.contracts import clock

router = requests.router()
PDF = "application/pdf"


@router.post("/v1/me/name-writings", status_code=201)
async def add_writing(call: Own, body: schemas.WritingIn) -> Kept:
    """Say how the own name stands on a document, exactly as it is written there."""
    row = await commands.add(call.session, call.runtime, call.grant, body)
    return Kept(id=str(row.id))


@router.get("/v1/me/name-writings")
async def writings(call: Own) -> schemas.WritingsOut:
    """The writings of the own name, and what tells each from the name on the record."""
    record, _ = await people_queries.record(call.session, call.runtime.vault, call.grant.subject)
    shown = await queries.shown(call.session, call.runtime.vault, call.grant.subject, record.name)
    return schemas.WritingsOut(writings=shown)


@router.post("/v1/me/name-writings/{writing}:withdraw")
async def withdraw_writing(call: Own, writing: UUID) -> Kept:
    """Take a writing back; it is deleted."""
    return Kept(id=str(writing), state=await commands.withdraw(call.session, call.grant, writing))


@router.get("/v1/me/name-sheet", response_class=Response, responses={200: {"content": {PDF: {}}}})
async def name_sheet(call: Own) -> Response:
    """姓名写法对照说明, to print and carry: the own name and its writings, with the codes of rare characters (PDF)."""
    record, _ = await people_queries.record(call.session, call.runtime.vault, call.grant.subject)
    shown = await queries.shown(call.session, call.runtime.vault, call.grant.subject, record.name)
    rows = [sheet.Row(record.document_type or sheet.RECORD, record.name)]
    rows += [sheet.Row(each.document, each.written, each.difference, each.evidence) for each in shown]
    made = await asyncio.to_thread(sheet.pdf, rows, clock.day_of(now()))
    return Response(made, media_type=PDF)
