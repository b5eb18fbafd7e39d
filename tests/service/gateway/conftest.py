"""One pair of databases for all tests of the log, emptied before each: creating and removing many costs minutes."""

import pytest

from tests.service.gateway import logs
from tests.support.postgres import TestServer


@pytest.fixture(scope="session")
async def log_databases(postgres: TestServer) -> dict[str, str]:
    return await logs.create(postgres)


@pytest.fixture
async def empty_log(log_databases: dict[str, str]) -> dict[str, str]:
    """The addresses of a log in which nothing was ever written."""
    await logs.empty(log_databases)
    return log_databases
