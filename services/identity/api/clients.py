"""System clients, for administrators of their organisation."""

from services.identity.commands import clients as commands
from services.identity.schemas import clients as schemas
from shared import requests
from shared.requests import Internal, SessionDep

router = requests.router()


@router.post("/v1/clients/{client}:revoke")
async def revoke_client(session: SessionDep, grant: Internal, client: str) -> schemas.ClientOut:
    """End a client's access; its tokens stop working at the gateway within seconds."""
    row = await commands.revoke(session, grant, client)
    return schemas.ClientOut(id=row.id, state=row.state)
