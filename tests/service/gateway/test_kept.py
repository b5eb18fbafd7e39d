"""Questions asked together: each has its own answer, and none waits for ever, whatever becomes of the connection."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

import pytest
from asyncpg.transaction import Transaction
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.audit import queries as audit
from gateway.audit.rules import tree
from gateway.exchange.queries import first_uses
from gateway.kept import Connection, Together
from shared import db
from shared.problems import Problem
from tests.service.gateway import logs
from tests.support.postgres import TestServer
from tests.support.until import until

IDLE = 6
here: ContextVar[bool] = ContextVar("here", default=False)


@pytest.fixture
async def opened(postgres: TestServer) -> AsyncIterator[logs.Opened]:
    async with logs.opened(await logs.create(postgres)) as held:
        yield held


def proof() -> tuple[bytes, datetime]:
    return uuid.uuid4().bytes, datetime.now(UTC) + timedelta(minutes=1)


async def end_all(held: logs.Opened) -> None:
    """End every connection of the gateway's role but the one that says so, and wait until they are gone."""
    others = "FROM pg_stat_activity WHERE usename = current_user AND datname = current_database()"
    others = f"{others} AND pid <> pg_backend_pid()"
    other = db.engine(held.addresses["DATABASE_URL"])
    async with other.connect() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))

        async def gone() -> bool:
            await connection.commit()  # what the server says of itself stays as it is within a transaction
            return await connection.scalar(text(f"SELECT count(*) = 0 {others}")) is True

        await until(gone)
    await other.dispose()


async def idle(engine: AsyncEngine) -> None:
    """So many connections wait in the pool."""
    connections = [await engine.connect() for _ in range(IDLE)]
    for connection in connections:
        await connection.close()


async def test_a_proof_passes_once_however_often_and_wherever_it_is_shown(opened: logs.Opened) -> None:
    shown = proof()
    other = db.engine(opened.addresses["DATABASE_URL"])
    ways = [Together(engine, first_uses) for engine in (opened.engine, other)]
    answers = await asyncio.gather(*(ways[number % 2](shown) for number in range(40)), ways[0](proof()))
    assert (sum(answers[:-1]), answers[-1]) == (1, True)
    for way in ways:
        await way.close()
    await other.dispose()


async def test_whatever_ends_an_answer_leaves_nobody_waiting(opened: logs.Opened) -> None:
    faults = [asyncio.CancelledError(), ConnectionError(), TypeError()]

    async def ask(connection: Connection, questions: Sequence[int]) -> list[int]:
        if faults:
            raise faults.pop(0)
        return [int(await connection.fetchval("SELECT $1::int", each)) for each in questions]

    together = Together(opened.engine, ask)
    codes = []
    for _ in range(3):
        answers = await asyncio.gather(*map(together, range(3)), return_exceptions=True)
        codes.append({answer.kind.code for answer in answers if isinstance(answer, Problem)})
    assert codes == [{"unavailable"}, {"unavailable"}, {"internal"}]
    assert await asyncio.gather(*map(together, range(3))) == [0, 1, 2]
    await together.close()


async def test_after_a_restart_of_the_server_nobody_pays_for_connections_that_died_idle(opened: logs.Opened) -> None:
    together = Together(opened.engine, first_uses)
    await opened.log.append(logs.entry())
    assert await together(proof())
    await idle(opened.engine)
    await end_all(opened)
    assert await together(proof())
    await opened.log.append(logs.entry())
    assert await opened.verified() == 2
    await together.close()


async def test_a_connection_of_which_nobody_heard_that_it_died_is_replaced(opened: logs.Opened) -> None:
    await opened.log.append(logs.entry())
    elsewhere = threading.Thread(target=asyncio.run, args=(end_all(opened),))
    elsewhere.start()
    elsewhere.join()  # this loop read nothing of it
    await opened.log.append(logs.entry())
    assert await opened.verified() == 2


async def test_nothing_is_written_within_what_may_have_begun(
    opened: logs.Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what is written next is nested in it, and never committed."""
    begins = Transaction.start
    here.set(True)

    async def begun_and_cancelled(it: Transaction) -> None:
        if not here.get():  # apps that other tests left running begin transactions too
            return await begins(it)
        monkeypatch.setattr(Transaction, "start", begins)
        await begins(it)
        raise asyncio.CancelledError

    monkeypatch.setattr(Transaction, "start", begun_and_cancelled)
    with pytest.raises(Problem):
        await opened.log.append(logs.entry())
    await opened.log.append(logs.entry())
    other = db.engine(opened.addresses["DATABASE_URL"])
    async with other.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM log_entry")) == 1
    await other.dispose()


@pytest.mark.parametrize("first", [True, False])
async def test_a_proof_of_the_log_says_that_the_database_is_away_and_the_next_is_made(
    opened: logs.Opened, first: bool
) -> None:
    """Whether it is the first statement on its connection or not."""
    for _ in range(3):
        await opened.log.append(logs.entry())
    with pytest.raises((DBAPIError, OSError, *db.DRIVER)) as failed:
        async with opened.engine.connect() as connection:
            if not first:
                await audit.head(connection)
            await end_all(opened)
            await audit.proof(connection, tree.inclusion_spans(1, 3))
    assert db.is_away(failed.value)
    async with opened.engine.connect() as connection:
        assert await audit.proof(connection, tree.inclusion_spans(1, 3))
