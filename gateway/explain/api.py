"""What a partner would get for a request, and why not more: for the coordination office, of fictitious cases only."""

from datetime import UTC, datetime

from fastapi import Depends

from gateway.exchange import desk
from gateway.explain import commands
from gateway.explain.schemas import EvaluationIn, EvaluationOut
from shared import requests
from shared.requests import Internal, RuntimeDep

router = requests.router()


@router.post("/access/v1/evaluation", dependencies=[Depends(requests.transaction, scope="function")])
async def evaluate(_grant: Internal, runtime: RuntimeDep, body: EvaluationIn) -> EvaluationOut:
    """What a partner would get under an agreement as it is now, and which steps would refuse (AuthZEN 1.0)."""
    return commands.evaluate(desk.at(runtime), body, datetime.now(UTC))
