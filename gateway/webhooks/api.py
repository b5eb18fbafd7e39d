"""Webhooks: an organisation's system, or its administrator, says where it is told of its own referrals."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from gateway.exchange.forward import Answer
from gateway.exchange.rooms import Decided
from gateway.exchange.routes import JSON
from gateway.webhooks import commands, schemas

router = APIRouter(tags=["webhooks"])
BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {JSON: {"schema": schemas.WebhookIn.model_json_schema()}}}
}


@router.put("/v1/webhook", response_model=schemas.WebhookKeptOut, openapi_extra=BODY)
async def keep_webhook(
    made: Annotated[Answer, Depends(Decided("internal", "keep_webhook", commands.keep, JSON))],
) -> Response:
    """Register your organisation's address, or change it (Standard Webhooks 1.0)."""
    return _given(made)


@router.get("/v1/webhook", response_model=schemas.WebhookOut)
async def read_webhook(
    made: Annotated[Answer, Depends(Decided("internal", "read_webhook", commands.read))],
) -> Response:
    """Your organisation's webhook, and how many messages wait."""
    return _given(made)


@router.post("/v1/webhook:rotate", response_model=schemas.WebhookKeptOut)
async def rotate_webhook_secret(
    made: Annotated[Answer, Depends(Decided("internal", "keep_webhook", commands.rotate))],
) -> Response:
    """A new secret; for 24 hours the one before signs along."""
    return _given(made)


@router.post("/v1/webhook:remove", status_code=204, response_class=Response)
async def remove_webhook(
    made: Annotated[Answer, Depends(Decided("internal", "keep_webhook", commands.remove))],
) -> Response:
    """End it; what was not delivered yet is forgotten."""
    return _given(made)


@router.get("/v1/webhook/dead-letters", response_model=schemas.DeadLettersOut)
async def read_dead_letters(
    made: Annotated[Answer, Depends(Decided("internal", "read_webhook", commands.read_dead))],
) -> Response:
    """Messages that your system did not take for three days."""
    return _given(made)


@router.post("/v1/webhook/dead-letters:replay", response_model=schemas.ReplayedOut)
async def replay_dead_letters(
    made: Annotated[Answer, Depends(Decided("internal", "keep_webhook", commands.replay))],
) -> Response:
    """Send them once more, 200 at a time, each under the webhook-id that it had."""
    return _given(made)


def _given(made: Answer) -> Response:
    return Response(made.body, made.status, headers=dict(made.headers))
