"""A person's own service record and whom she answers for."""

from fastapi import Response

from services.registry.api.reach import IfMatch, Own
from services.registry.commands import people as commands
from services.registry.queries import people as queries
from services.registry.rules import consents
from services.registry.schemas import people as schemas
from services.registry.schemas.common import Kept
from services.registry.tables import now
from shared import requests
from shared.contracts import clock

router = requests.router()


@router.put("/v1/me/record")
async def put_record(call: Own, body: schemas.RecordIn, response: Response, if_match: IfMatch = None) -> Kept:
    """Write the own record; a change wants the ETag of what was read in If-Match."""
    row = await commands.put_record(call.session, call.runtime, call.grant, body, if_match)
    response.headers["etag"] = requests.etag(row.version)
    return Kept(id="record")


@router.get("/v1/me/record")
async def record(call: Own, response: Response) -> schemas.RecordOut:
    """The own record."""
    kept, version = await queries.record(call.session, call.runtime.vault, call.grant.subject)
    response.headers["etag"] = requests.etag(version)
    return kept


@router.post("/v1/me/dependants", status_code=201)
async def add_dependant(call: Own, body: schemas.DependantIn) -> Kept:
    """Say for whom the person answers, and what proves it."""
    row = await commands.add_dependant(call.session, call.runtime, call.grant.subject, body)
    return Kept(id=str(row.id))


@router.get("/v1/me/dependants")
async def dependants(call: Own) -> schemas.DependantsOut:
    """All whom the person answers for."""
    today = clock.day_of(now())
    shown = []
    for row in await queries.dependants(call.session, call.grant.subject):
        kept = await queries.opened_dependant(call.runtime.vault, row)
        decides = consents.needs_guardian(kept.birth_date, today)
        shown.append(schemas.DependantOut(**kept.model_dump(), id=str(row.id), guardian_decides=decides))
    return schemas.DependantsOut(dependants=shown)
