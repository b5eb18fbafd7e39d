"""Whether somebody has another record here: looked for at a counter, proved by its contact, joined when she says so."""

from uuid import UUID

from fastapi import Response

from services.registry.api.reach import Own
from services.registry.commands import comparing as comparing_commands
from services.registry.commands import merging as commands
from services.registry.queries import merging as queries
from services.registry.rules import duplicates
from services.registry.rules import records as record_rules
from services.registry.schemas import merging as schemas
from services.registry.schemas.common import Kept
from services.registry.tables import Merge
from shared import app, requests

router = requests.router()
KEPT_NOWHERE = {"cache-control": requests.NO_STORE}


@router.post("/v1/me/record:compare", status_code=202)
async def compare(call: Own, body: schemas.CompareIn) -> Kept:
    """Look for another record of the person who is present; if there is one, its contact gets a code and tells her."""
    row = await comparing_commands.compare(call.session, call.runtime, call.grant, body)
    return Kept(id=str(row.id), state=row.state)


@router.post("/v1/me/comparisons/{comparison}:prove", response_model=schemas.ProvedOut)
async def prove(call: Own, comparison: UUID, body: schemas.ProveIn) -> Response:
    """Prove that the other record is one's own, by the code that its contact got; every try counts.

    The reasons are kept nowhere; another try with the same code gives them again.
    """
    found = await comparing_commands.prove(call.session, call.runtime, call.grant, comparison, body.code)
    if found is None:
        # Returned, not raised: raising would roll the counted try back.
        return app.rendered(record_rules.CONFIRMATION_REFUSED())
    reasons = [schemas.ReasonOut(code=each, words=duplicates.WORDS[each]) for each in found.reasons]
    shown = schemas.ProvedOut(id=str(comparison), state="proved", reasons=reasons)
    return Response(shown.model_dump_json(), headers=KEPT_NOWHERE, media_type="application/json")


@router.post("/v1/me/record:merge", status_code=201)
async def merge(call: Own, body: schemas.MergeIn) -> Kept:
    """Join the proved record to the own one; for 30 days it can be undone."""
    row = await commands.merge(call.session, call.runtime, call.grant, body.comparison)
    return Kept(id=str(row.id), state=row.state)


@router.get("/v1/me/record-merges")
async def merges(call: Own) -> schemas.MergesOut:
    """The merges that can be undone, and what the other record said."""
    rows = await queries.merges(call.session, call.grant.subject)
    return schemas.MergesOut(merges=[await _shown(call, row) for row in rows])


@router.post("/v1/me/record-merges/{merge}:undo")
async def undo(call: Own, merge: UUID) -> Kept:
    """Make two records of one again, each as it was."""
    return Kept(id=str(merge), state=await commands.undo(call.session, call.runtime, call.grant, merge))


async def _shown(call: Own, row: Merge) -> schemas.MergeOut:
    own = row.subject == call.grant.subject
    record = (await queries.merged(call.runtime.vault, row)).record if own else None
    return schemas.MergeOut(id=str(row.id), state=row.state, undo_until=row.undo_until, record=record)
