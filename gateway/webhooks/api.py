"""Webhooks: an organisation's system, or its administrator, says where it is told of its own referrals."""

from fastapi import Depends

from gateway.webhooks import commands
from gateway.webhooks.schemas import DeadLettersOut, ReplayedOut, WebhookIn, WebhookKeptOut, WebhookOut
from shared import requests
from shared.requests import Internal, RuntimeDep, SessionDep

router = requests.router()


@router.put("/v1/webhook", dependencies=[Depends(requests.kept_nowhere)])
async def keep_webhook(grant: Internal, session: SessionDep, runtime: RuntimeDep, body: WebhookIn) -> WebhookKeptOut:
    """Register your organisation's address, or change it (Standard Webhooks 1.0)."""
    return await commands.keep(session, runtime.settings, grant.actor, body.url)


@router.get("/v1/webhook")
async def read_webhook(grant: Internal, session: SessionDep) -> WebhookOut:
    """Your organisation's webhook, and how many messages wait."""
    return await commands.read(session, grant.actor.organisation)


@router.post("/v1/webhook:rotate", dependencies=[Depends(requests.kept_nowhere)])
async def rotate_webhook_secret(grant: Internal, session: SessionDep, runtime: RuntimeDep) -> WebhookKeptOut:
    """A new secret; for 24 hours the one before signs along."""
    return await commands.rotate(session, runtime.settings, grant.actor.organisation)


@router.post("/v1/webhook:remove", status_code=204)
async def remove_webhook(grant: Internal, session: SessionDep) -> None:
    """End it; what was not delivered yet is forgotten."""
    await commands.remove(session, grant.actor.organisation)


@router.get("/v1/webhook/dead-letters")
async def read_dead_letters(grant: Internal, session: SessionDep) -> DeadLettersOut:
    """Messages that your system did not take for three days."""
    return await commands.read_dead(session, grant.actor.organisation)


@router.post("/v1/webhook/dead-letters:replay")
async def replay_dead_letters(grant: Internal, session: SessionDep) -> ReplayedOut:
    """Send them once more, 200 at a time, each under the webhook-id that it had."""
    return await commands.replay(session, grant.actor.organisation)
