"""What lies in the databases: nothing personal in clear, one size for everybody, rows of one subject, chains."""

import uuid
from typing import Any

import asyncpg
import pytest

from services.registry.queries import reach
from tests.service.registry import test_consents, test_records
from tests.service.registry.conftest import CHILD, RECORD, subject_of
from tests.support import grants
from tests.support.apps import RunningApp

CANARIES = {
    "name": "卡纳里·金丝雀",
    "document_type": "passport",
    "document_number": "CANARY7788",
    "birth_date": "1987-06-05",
    "phone": "13977778888",
    "district": "610118",
    "preferred_language": "bo",
    "accessibility_need": "轮椅通道金丝雀",
}
SECRETS = ("金丝雀", "CANARY7788", "1987-06-05", "3977778888", "轮椅通道", "2018-03-02", "麻腮风金")


def plain(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


async def dump(registry: RunningApp) -> str:
    """Every table of the app and of its keys as text, byte strings as hex."""
    found: list[str] = []
    for url in (registry.settings.owner_database_url, registry.settings.keys_owner_database_url):
        connection = await asyncpg.connect(plain(url))
        try:
            await connection.execute("SELECT set_config('app.platform', 'on', false)")
            tables = await connection.fetch(
                "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'division'"
            )
            for table in tables:
                rows = await connection.fetch(f"SELECT t::text AS row FROM {table['name']} t")  # noqa: S608 - names from the catalogue of the test's own database
                found.extend(row["row"] for row in rows)
        finally:
            await connection.close()
    return "\n".join(found)


async def fill(registry: RunningApp) -> grants.Caller:
    caller = grants.resident(registry.settings)
    async with registry.as_(caller) as client:
        assert (await client.put("/v1/me/record", json=CANARIES)).status_code == 200
        child = CHILD | {"name": "小金丝雀", "birth_date": "2018-03-02"}
        made = (await client.post("/v1/me/dependants", json=child)).json()["id"]
        await client.post("/v1/me/consents", json=test_consents.decision(dependant=made))
        refused = test_consents.decision(decision="refused", recipient="org-610118-medical")
        assert (await client.post("/v1/me/consents", json=refused)).status_code == 201
        request = {"record_type": "vaccination", "region": "621124", "dependant": made, "told": True}
        asked = (await client.post("/v1/me/record-requests", json=request)).json()["id"]
    document = test_records.DOCUMENT | {"entries": [{"vaccine": "麻腮风金"}]}
    async with registry.as_(grants.platform(registry.settings)) as gateway:
        await gateway.post("/platform/record-answers", json={"request": asked, "record": document})
        incoming = test_records.asked(child)
        await gateway.post("/platform/record-requests", json=incoming)
    office = grants.partner(registry.settings, "org-621124-health", operation="file_record", subject=subject_of(caller))
    async with registry.as_(office) as client:
        body = {"record_type": "vaccination", "dependant_name": "小金丝雀", "document": document}
        assert (await client.post(f"/v1/referrals/{uuid.uuid4()}/held-records", json=body)).status_code == 201
    await test_records.looked_at(registry, incoming["request"])
    return caller


async def test_no_personal_value_lies_in_any_table(registry: RunningApp) -> None:
    caller = await fill(registry)
    dumped = await dump(registry)
    assert subject_of(caller) in dumped, "the dump must hold the person's rows"
    for secret in SECRETS:
        assert secret not in dumped
        assert secret.encode().hex() not in dumped


async def test_after_the_keys_are_destroyed_nothing_opens(registry: RunningApp) -> None:
    caller = await fill(registry)
    await registry.runtime.vault.destroy(subject_of(caller))
    async with registry.as_(caller) as client:
        for path in ("record", "consents"):
            answer = await client.get(f"/v1/me/{path}")
            assert (answer.status_code, answer.json()["code"]) == (410, "sealed-gone")
            assert not any(secret in answer.text for secret in SECRETS)


async def test_a_sealed_object_moved_to_another_person_does_not_open(registry: RunningApp) -> None:
    one, other = await fill(registry), await fill(registry)
    connection = await asyncpg.connect(plain(registry.settings.owner_database_url))
    await connection.execute("SELECT set_config('app.platform', 'on', false)")
    await connection.execute(
        "UPDATE person SET sealed = (SELECT sealed FROM person WHERE subject = $1) WHERE subject = $2",
        subject_of(one),
        subject_of(other),
    )
    await connection.close()
    async with registry.as_(other) as client:
        answer = await client.get("/v1/me/record")
    assert (answer.status_code, answer.json()["code"]) == (410, "sealed-gone")


@pytest.mark.parametrize(
    "name", ["王伟", "帕尔哈提·吾买尔江·阿卜杜热西提·努尔麦麦提", "𠮷" * 150, "Mary O'Neill-Smith"]
)
async def test_every_record_has_the_same_size(registry: RunningApp, name: str) -> None:
    caller = grants.resident(registry.settings)
    async with registry.as_(caller) as client:
        assert (await client.put("/v1/me/record", json=RECORD | {"name": name})).status_code == 200
    async with registry.runtime.engine.connect() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        sizes = await connection.exec_driver_sql("SELECT DISTINCT octet_length(sealed) FROM person")
        assert sizes.scalars().all() == [4096 + 29]


async def rows_seen(registry: RunningApp, grant: Any) -> int:
    async with registry.runtime.sessions() as session, session.begin():
        if grant is not None:
            await reach.visible_to(session, grant)
        connection = await session.connection()
        counted = await connection.exec_driver_sql("SELECT count(*) FROM person")
        return int(counted.scalar_one())


async def test_the_database_shows_the_app_one_subject_at_a_time(registry: RunningApp, person: grants.Caller) -> None:
    assert await rows_seen(registry, None) == 0
    async with registry.as_(person) as client:
        grant = person.grant(client.build_request("GET", "/v1/me/record"))
    assert await rows_seen(registry, grant) == 1


async def test_the_chain_of_consents_only_grows_even_for_its_owner(registry: RunningApp) -> None:
    await fill(registry)
    connection = await asyncpg.connect(plain(registry.settings.owner_database_url))
    await connection.execute("SELECT set_config('app.platform', 'on', false)")
    for change in ("UPDATE consent_event SET hash = ''", "DELETE FROM consent_event", "TRUNCATE consent_event"):
        with pytest.raises(asyncpg.RaiseError, match="only ever added"):
            await connection.execute(change)
    await connection.close()
