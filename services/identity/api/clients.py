"""System clients, for administrators of their organisation and of the service centre."""

from services.identity.api.acts import ActDep
from services.identity.commands import clients as commands
from services.identity.queries import clients as queries
from services.identity.rules import pages as by_id
from services.identity.schemas import clients as schemas
from services.identity.schemas.common import Cursor
from shared import pages, requests
from shared.requests import Internal, SessionDep

router = requests.router()


@router.get("/v1/clients")
async def clients(
    session: SessionDep, grant: Internal, cursor: Cursor = None, limit: pages.Limit = 50
) -> schemas.ClientsOut:
    """The own organisation's clients, and for a service centre those below it."""
    rows = await queries.visible(session, grant.actor.organisation, by_id.after(cursor), limit)
    keys = await queries.keys(session, [row.id for row in rows])
    following = by_id.following([row.id for row in rows], limit)
    return schemas.ClientsOut(clients=[schemas.ClientOut.of(row, keys) for row in rows], next=following)


@router.post("/v1/clients", status_code=201)
async def register_client(act: ActDep, body: schemas.ClientIn) -> schemas.ClientOut:
    """Propose a client; another administrator has to approve it, and one of the two is of the service centre."""
    return await commands.propose(act, body)


@router.post("/v1/clients/{client}:approve")
async def approve_client(act: ActDep, client: str) -> schemas.ClientOut:
    """Let a client act that another administrator proposed."""
    return await commands.approve(act, client)


@router.post("/v1/clients/{client}:revoke")
async def revoke_client(act: ActDep, client: str) -> schemas.ClientOut:
    """End a client's access; its tokens stop working at the gateway within seconds."""
    return await commands.revoke(act, client)


@router.post("/v1/clients/{client}/keys", status_code=201)
async def add_client_key(act: ActDep, client: str, body: schemas.KeyIn) -> schemas.ClientOut:
    """Propose the next key beside the one that is there; another administrator has to approve it."""
    return await commands.add_key(act, client, body.jwk)


@router.post("/v1/clients/{client}/keys/{key}:approve")
async def approve_client_key(act: ActDep, client: str, key: str) -> schemas.ClientOut:
    """Let a key prove the client that another administrator proposed."""
    return await commands.approve_key(act, client, key)


@router.post("/v1/clients/{client}/keys/{key}:retire")
async def retire_client_key(act: ActDep, client: str, key: str) -> schemas.ClientOut:
    """End one of two keys, named by its thumbprint."""
    return await commands.retire_key(act, client, key)
