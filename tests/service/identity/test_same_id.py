"""Two who choose one id at the same moment: one has it, the other is told so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.service.identity.offices import EDUCATION, HOUSING, TOWN, Offices, came
from tests.support.until import until

WAITING = """
SELECT count(*) = 2 FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE NOT granted AND relname = '{table}' AND mode = 'RowExclusiveLock'
"""


@asynccontextmanager
async def held_back(offices: Offices, table: str) -> AsyncIterator[None]:
    """Whoever wants to keep a new row in this table waits until two do."""
    async with offices.identity.runtime.engine.begin() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        yield

        async def both() -> bool:
            return bool((await connection.execute(text(WAITING.format(table=table)))).scalar_one())

        await until(both)


async def at_once(offices: Offices, path: str, bodies: list[tuple[str, dict[str, Any]]]) -> list[tuple[int, str]]:
    async with asyncio.TaskGroup() as group, held_back(offices, path.strip("/")[:-1]):
        asked = [group.create_task(offices.post(who, path, body)) for who, body in bodies]
    return sorted(came(each.result()) for each in asked)


async def test_of_two_organisations_of_one_id_one_is_there(offices: Offices) -> None:
    body = {"id": offices.fresh("org"), "name": "学校", "kind": "school", "district": "610118"}
    below = [("centre-1", body | {"parent": TOWN}), ("centre-2", body | {"parent": EDUCATION})]
    assert await at_once(offices, "/organizations", below) == [(201, ""), (409, "conflict")]


async def test_of_two_clients_of_one_id_one_is_there(offices: Offices) -> None:
    key = dict(ECKey.generate_key("P-256").as_dict(private=False))
    body = {"id": offices.fresh("system"), "grants": ["client_credentials"], "jwk": key}
    of = [("education-1", body | {"organization": EDUCATION}), ("centre-1", body | {"organization": HOUSING})]
    assert await at_once(offices, "/clients", of) == [(201, ""), (409, "conflict")]
