"""The database goes and comes back: a few requests say so, then everything works again without a restart."""

from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from shared import db, outbox
from shared.contracts.events import ClientRevoked
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.blackhole import BlackHole
from tests.support.postgres import TestServer
from tests.support.until import until

ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%_app' AND pid <> pg_backend_pid()"


async def test_connections_that_died_are_replaced(postgres: TestServer, tmp_path: Path) -> None:
    async with apps.running("identity", postgres, tmp_path) as identity, identity.as_() as client:
        assert (await client.get("/v1/organizations")).status_code == 200
        await kill_connections(postgres)
        answers = [await client.get("/v1/organizations") for _ in range(12)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[-1] == 200, statuses
    assert statuses.count(200) >= 10, statuses
    for answer in answers:
        if answer.status_code != 200:
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def kill_connections(postgres: TestServer) -> None:
    admin = await asyncpg.connect(postgres.admin_url)
    await admin.execute(ENDED)
    await admin.close()


async def test_events_still_leave_after_connections_died(postgres: TestServer, tmp_path: Path) -> None:
    async with apps.running("identity", postgres, tmp_path) as identity:
        for number in range(3):
            await kill_connections(postgres)
            await until(lambda name=f"client-{number}": committed(identity, name))
            await until(lambda wanted=number + 1: left(identity, wanted))
        await until(lambda: ready(identity))


async def committed(identity: RunningApp, name: str) -> bool:
    """Whether an event could be written; a connection that had died says no once."""
    try:
        async with identity.runtime.sessions() as session, session.begin():
            await outbox.emit(session, name, ClientRevoked(client=name, organization="org-a"))
    except SQLAlchemyError:
        return False
    return True


async def left(identity: RunningApp, wanted: int) -> bool:
    """Whether all have left; one whose commit was cut off may have left twice, which the inbox of others drops."""
    return len({event["client"] for event in identity.bus.events("identity.client.revoked.v1")}) == wanted


async def ready(running: RunningApp) -> bool:
    async with running.as_() as client:
        return (await client.get("/ready")).status_code == 200


async def test_a_server_that_vanished_without_a_word_is_given_up(
    postgres: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that died closes no connection: what was sent to it is never answered. Its successor has the same name."""
    monkeypatch.setattr(db, "GIVE_UP", 1.0)
    urls = await apps.migrated("identity", postgres)
    port = postgres.server.port
    async with BlackHole(port) as way:
        there = urls["DATABASE_URL"].replace(f":{port}/", f":{way.port}/")
        places = {"database_url": there, "owner_database_url": urls["OWNER_DATABASE_URL"]}
        async with apps.running("identity", postgres, tmp_path, **places) as identity, identity.as_() as client:
            assert (await client.get("/v1/organizations")).status_code == 200
            way.swallow()

            async def answered() -> bool:
                return (await client.get("/v1/organizations")).status_code == 200

            await until(answered, 30)
            assert await committed(identity, "client-0")
            await until(lambda: left(identity, 1))
            await until(lambda: ready(identity))
