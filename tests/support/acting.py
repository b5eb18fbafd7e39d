"""Front ends of the running platform that act for a person: an officer at a counter, a helper."""

import json
import re
from typing import Any

import httpx

from demo.client import Actor, Region, until
from demo.tokens import Token
from services.identity.commands import exchanges
from services.identity.rules.clients import TOKEN_EXCHANGE
from tests.support.assertions import proof

CODE = re.compile(r"(?<!\d)\d{8}(?!\d)")


def exchange(actor: Actor, front_end: str, subject: str, kind: str) -> httpx.Response:
    """Ask for a token to act for whoever `subject` names (RFC 8693)."""
    region, token = actor.region, actor.token
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": subject,
        "subject_token_type": kind,
        "actor_token": token.refresh,
        "actor_token_type": exchanges.REFRESH,
    }
    shown = {"dpop": proof(token.key, f"{region.gateway_url}/v1/token")}
    return region.http.post("/v1/token", data=form | region.front_end(front_end).proof(), headers=shown)


def acting(actor: Actor, front_end: str, subject: str, kind: str) -> Actor:
    """The same hands, for that person."""
    answer = exchange(actor, front_end, subject, kind)
    assert answer.status_code == 200, answer.text
    token = Token(str(answer.json()["access_token"]), actor.token.key, actor.token.gateway_url)
    return Actor(actor.region, f"{actor.who}, acting", token)


def messages(region: Region, phone: str) -> list[dict[str, Any]]:
    """What reached a number so far."""
    path = region.messages_file
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line for line in lines if line["to"].endswith(phone)]


def at_counter(officer: Actor, phone: str, task: str) -> tuple[str, Actor]:
    """The person is at the counter and says her code; the presence, and the officer acting with her."""
    before = len(messages(officer.region, phone))
    asked = officer.post("/v1/presences", {"task": task, "phone": phone})
    assert asked.status_code == 201, asked.text
    presence = str(asked.json()["id"])
    text = until("the code", lambda: messages(officer.region, phone)[before:])[0]["text"]
    code = CODE.search(text)
    assert code, text
    assert officer.post(f"/v1/presences/{presence}:confirm", {"code": code[0]}).status_code == 200
    return presence, acting(officer, "desk", presence, exchanges.PRESENCE)
