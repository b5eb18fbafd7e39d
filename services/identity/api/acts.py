"""What the routes of administration begin with."""

from typing import Annotated

from fastapi import Depends

from services.identity.commands.acts import Act
from shared.requests import Internal, RuntimeDep, SessionDep


async def act(session: SessionDep, runtime: RuntimeDep, grant: Internal) -> Act:
    """An administrator's act."""
    return Act(session, runtime, grant)


ActDep = Annotated[Act, Depends(act)]
