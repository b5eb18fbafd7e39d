"""Which faults are the database's or the way's, so that the same may work in a while, and which are ours."""

import asyncpg
import pytest
from asyncpg import exceptions
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from shared import db


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("got result for unknown protocol state"),
        exceptions.AdminShutdownError(),
        exceptions.ConnectionDoesNotExistError(),
        exceptions.DeadlockDetectedError(),
        DBAPIError("SELECT 1", None, exceptions.CannotConnectNowError()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_it_may_work_in_a_while(error: Exception) -> None:
    assert db.is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.UniqueViolationError(),
        exceptions.UndefinedTableError(),
        exceptions.DataError("an integer is required"),
        DBAPIError("SELECT 1", None, exceptions.UndefinedColumnError()),
        SQLAlchemyError(),
        ValueError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_it_will_not_work_by_itself(error: Exception) -> None:
    assert not db.is_away(error)
