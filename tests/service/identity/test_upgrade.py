"""What stood in the tables before administration came is kept by its migration."""

import asyncio
import json
from pathlib import Path

from alembic import command
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import migrate
from tests.support import apps
from tests.support.postgres import TestServer

BEFORE = (
    "INSERT INTO organization VALUES ('org-a', '教育局', 'department', NULL, '610118', '{}')",
    "INSERT INTO client (id, organization, jwk, state) VALUES ('a-system', 'org-a', CAST(:jwk AS jsonb), 'active')",
    "INSERT INTO client (id, organization, jwk, state, signs_in, redirect_uris)"
    " VALUES ('desk', 'org-a', CAST(:jwk AS jsonb), 'revoked', '{staff}', '{https://desk.test/}')",
)


INVITED = (
    "INSERT INTO organization (id, name, kind, district, services, state, version)"
    " VALUES ('org-a', '教育局', 'department', '610118', '{}', 'active', 1)",
    "INSERT INTO staff (id, organization, roles, state) VALUES ('work-1', 'org-a', '{}', 'invited')",
    "INSERT INTO staff (id, organization, roles, state) VALUES ('work-2', 'org-a', '{}', 'invited')",
    "INSERT INTO invitation (code, staff, expires_at, proposed_by)"
    " VALUES ('a', 'work-1', now() + interval '1 day', 'education-1')",
    "INSERT INTO invitation (code, staff, expires_at) VALUES ('b', 'work-2', now() + interval '1 day')",
)


async def test_who_proposed_an_invitation_that_waits_is_kept(postgres: TestServer, tmp_path: Path) -> None:
    settings = apps.settings("identity", await postgres.create_database("identity"), tmp_path)
    config = migrate.config("identity", settings.owner_database_url)
    await asyncio.to_thread(command.upgrade, config, "0010")
    engine = create_async_engine(settings.owner_database_url)
    async with engine.begin() as connection:
        for statement in INVITED:
            await connection.execute(text(statement))
    await asyncio.to_thread(command.upgrade, config, "0011")
    async with engine.connect() as connection:
        kept = (await connection.execute(text("SELECT id, proposed_by FROM staff ORDER BY id"))).all()
    await engine.dispose()
    assert [tuple(row) for row in kept] == [("work-1", "education-1"), ("work-2", None)]


async def test_each_client_keeps_its_key_by_its_thumbprint(postgres: TestServer, tmp_path: Path) -> None:
    settings = apps.settings("identity", await postgres.create_database("identity"), tmp_path)
    config = migrate.config("identity", settings.owner_database_url)
    key = ECKey.generate_key("P-256")
    jwk = json.dumps(key.as_dict(private=False))
    await asyncio.to_thread(command.upgrade, config, "0003")
    engine = create_async_engine(settings.owner_database_url)
    async with engine.begin() as connection:
        for statement in BEFORE:
            await connection.execute(text(statement), {"jwk": jwk} if ":jwk" in statement else {})
    await asyncio.to_thread(command.upgrade, config, "0004")
    async with engine.connect() as connection:
        keys = (await connection.execute(text("SELECT client, id, jwk, state FROM client_key ORDER BY client"))).all()
        grants = (await connection.execute(text("SELECT id, grants FROM client ORDER BY id"))).all()
        states = (await connection.execute(text("SELECT state, version FROM organization"))).all()
    await engine.dispose()
    public = key.as_dict(private=False)
    kept = {name: public[name] for name in ("crv", "kty", "x", "y")}
    assert [tuple(row) for row in keys] == [(name, key.thumbprint(), kept, "active") for name in ("a-system", "desk")]
    assert [tuple(row) for row in grants] == [("a-system", ["client_credentials"]), ("desk", ["authorization_code"])]
    assert [tuple(row) for row in states] == [("active", 1)]
