"""The registry over a real PostgreSQL, and a person who wrote her record."""

import uuid
from collections.abc import AsyncIterator

import pytest

from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

RECORD = {
    "name": "阿布都热合曼 • 买买提",
    "document_type": "resident_id",
    "document_number": "11010519491231002x",
    "birth_date": "1949-12-31",
    "phone": "139 0000 1234",
    "district": "610118",
    "preferred_language": "ug",
}
CHILD = {
    "name": "古丽·阿布都热合曼",
    "birth_date": "2019-05-04",
    "relation": "parent",
    "proof_type": "birth_certificate",
}


@pytest.fixture(scope="session")
async def registry(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    async with apps.running("registry", postgres, tmp_path_factory.mktemp("registry")) as running:
        yield running


@pytest.fixture
async def person(registry: RunningApp) -> grants.Caller:
    """A person with a service record."""
    caller = grants.resident(registry.settings, str(uuid.uuid4()))
    async with registry.as_(caller) as client:
        assert (await client.put("/v1/me/record", json=RECORD)).status_code == 200
    return caller


def subject_of(caller: grants.Caller) -> str:
    """The pairwise id in the caller's grants."""
    return str(caller.claims["subject"])


async def sent_all(registry: RunningApp) -> None:
    """Wait until no message is on its way any more."""

    async def none_left() -> bool:
        async with registry.runtime.engine.begin() as connection:
            await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
            left = await connection.exec_driver_sql("SELECT count(*) FROM message")
            return bool(left.scalar_one() == 0)

    await until(none_left)
