"""What a partner would get for requests, and why not more: for the coordination office, of fictitious cases only."""

from datetime import UTC, datetime

from fastapi import Depends

from gateway.exchange import desk
from gateway.exchange.api import public
from gateway.explain import commands
from gateway.explain.schemas import ConfigurationOut, EvaluationIn, EvaluationOut, EvaluationsIn, EvaluationsOut
from shared import requests
from shared.requests import Internal, RuntimeDep

router = requests.router()
EVALUATION = "/access/v1/evaluation"
EVALUATIONS = "/access/v1/evaluations"


@router.get("/.well-known/authzen-configuration", dependencies=[Depends(public)])
async def configuration(runtime: RuntimeDep) -> ConfigurationOut:
    """Where decisions are explained (AuthZEN 1.0)."""
    address = runtime.settings.public_url
    return ConfigurationOut(
        policy_decision_point=address,
        access_evaluation_endpoint=address + EVALUATION,
        access_evaluations_endpoint=address + EVALUATIONS,
    )


@router.post(EVALUATION, dependencies=[Depends(requests.transaction, scope="function")])
async def evaluate(_grant: Internal, runtime: RuntimeDep, body: EvaluationIn) -> EvaluationOut:
    """What a partner would get under an agreement as it is now, and which steps would refuse (AuthZEN 1.0)."""
    return commands.evaluate(desk.at(runtime), body, datetime.now(UTC))


@router.post(EVALUATIONS, dependencies=[Depends(requests.transaction, scope="function")])
async def evaluate_several(
    _grant: Internal, runtime: RuntimeDep, body: EvaluationsIn
) -> EvaluationsOut | EvaluationOut:
    """The same of up to 50 cases at once, all or up to the first no or yes (`options.evaluations_semantic`)."""
    return commands.evaluate_several(desk.at(runtime), body, datetime.now(UTC))
