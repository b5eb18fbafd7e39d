"""An app that goes on over its databases with other keys, as after a rolling restart."""

import secrets
from typing import Any

from sqlalchemy import text

from shared.settings import Settings
from tests.service.registry.conftest import RECORD
from tests.support import grants
from tests.support.apps import RunningApp


def fresh() -> str:
    """A new key in hex."""
    return secrets.token_hex(32)


def told(settings: Settings, **keys: str) -> Settings:
    """The settings with other keys, checked as at a start."""
    return Settings.model_validate(settings.model_dump() | keys)


async def write(app: RunningApp, people: int, **changed: object) -> list[grants.Caller]:
    """People with a record each."""
    callers = [grants.resident(app.settings) for _ in range(people)]
    for caller in callers:
        async with app.as_(caller) as client:
            assert (await client.put("/v1/me/record", json=RECORD | changed)).status_code == 200
    return callers


async def read(app: RunningApp, caller: grants.Caller) -> tuple[int, Any]:
    """What the person's own record says; the name or the code of the problem."""
    caller.settings = app.settings
    async with app.as_(caller) as client:
        answer = await client.get("/v1/me/record")
    body = answer.json()
    return answer.status_code, body.get("name", body.get("code"))


async def wrapped_by(app: RunningApp) -> dict[str, int]:
    """How many living keys each key of the region wraps, by its name."""
    engine = app.runtime.vault._connected()
    async with engine.connect() as connection:
        counted = "SELECT kek, count(*) AS keys FROM registry.person_key WHERE wrapped IS NOT NULL GROUP BY kek"
        return {line.kek: line.keys for line in await connection.execute(text(counted))}


async def metric(app: RunningApp, what: str) -> float:
    """How much `/metrics` says is left under older keys."""
    async with app.as_() as client:
        lines = (await client.get("/metrics")).text.splitlines()
    [line] = [line for line in lines if line.startswith(f'jieli_under_older_key{{what="{what}"}}')]
    return float(line.split()[-1])
