"""The rights desk: what a person asks for about what is kept of her."""

import uuid

from services.registry.api.reach import Own
from services.registry.commands import rights as commands
from services.registry.queries import reach
from services.registry.queries import rights as queries
from services.registry.schemas import rights as schemas
from services.registry.tables import RightsRequest
from shared import requests
from shared.requests import Public, SessionDep

router = requests.router()


@router.post("/v1/me/erasures", status_code=202)
async def ask_erasure(call: Own, body: schemas.ErasureIn) -> schemas.RightOut:
    """Erase everything that any app keeps of the person (PIPL 47); it cannot be taken back."""
    return _shown(await commands.ask_erasure(call.session, call.grant))


@router.get("/v1/erasures/{erasure}")
async def erasure(session: SessionDep, _: Public, erasure: uuid.UUID) -> schemas.RightOut:
    """Whether it is done: afterwards the person has no account any more to look with."""
    await reach.visible_to_platform(session)
    return _shown(await queries.right(session, erasure))


def _shown(row: RightsRequest) -> schemas.RightOut:
    return schemas.RightOut(**row.model_dump())
