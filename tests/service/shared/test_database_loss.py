"""The database goes and comes back: a few requests say so, then everything works again without a restart."""

from pathlib import Path

import asyncpg

from tests.support import apps
from tests.support.postgres import TestServer

ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%_app' AND pid <> pg_backend_pid()"


async def test_connections_that_died_are_replaced(postgres: TestServer, tmp_path: Path) -> None:
    async with apps.running("identity", postgres, tmp_path) as identity, identity.as_() as client:
        assert (await client.get("/v1/organizations")).status_code == 200
        admin = await asyncpg.connect(postgres.admin_url)
        await admin.execute(ENDED)
        await admin.close()
        answers = [await client.get("/v1/organizations") for _ in range(12)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[-1] == 200, statuses
    assert statuses.count(200) >= 10, statuses
    for answer in answers:
        if answer.status_code != 200:
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
