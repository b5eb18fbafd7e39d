"""Connections that the hot path keeps, for asyncpg itself: SQLAlchemy takes longer than statements this small."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import db, problems, telemetry

TOGETHER = 500  # questions in one statement

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Transaction: TypeAlias = "asyncpg.transaction.Transaction"
Question = TypeVar("Question")
Answer = TypeVar("Answer")

log = structlog.get_logger()


async def fetch(connection: AsyncConnection, statement: str, *values: object) -> "list[asyncpg.Record]":
    """What asyncpg itself answers on a connection of SQLAlchemy's; one that failed is ended, never given back."""
    try:
        return list(await (await _driver(connection)).fetch(statement, *values))
    except BaseException:
        with contextlib.suppress(SQLAlchemyError, OSError, *db.DRIVER):
            await connection.invalidate()
        raise


async def _driver(connection: AsyncConnection) -> Connection:
    below: Connection | None = (await connection.get_raw_connection()).driver_connection
    assert below is not None  # noqa: S101 - of an open connection there is one
    return below


class Kept:
    """One connection of the engine's pool, for one user at a time; one that died is replaced."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: AsyncConnection | None = None
        self._driver: Connection | None = None

    async def open(self) -> Connection:
        """The connection; those of the pool that died while idle are passed over."""
        while self._driver is None or self._driver.is_closed():
            await self.drop()
            self._held = await self._engine.connect()
            self._driver = await _driver(self._held)
        return self._driver

    async def begin(self) -> tuple[Connection, Transaction]:
        """A transaction on it; one of which it shows only now that it died while idle is replaced, once."""
        try:
            return await self._begun()
        except (OSError, *db.DRIVER):
            return await self._begun()

    async def _begun(self) -> tuple[Connection, Transaction]:
        """One that may have begun and did not say so is not used: what came after would be nested, never committed."""
        connection = await self.open()
        transaction = connection.transaction()
        try:
            await transaction.start()
        except BaseException:
            await self.drop()
            raise
        return connection, transaction

    async def drop(self) -> None:
        """End it, in whatever state it is; the pool gives another one."""
        held, self._held, self._driver = self._held, None, None
        if held is not None:
            with contextlib.suppress(SQLAlchemyError, OSError, *db.DRIVER):
                try:
                    await held.invalidate()
                finally:
                    await held.close()


class Together(Generic[Question, Answer]):
    """Asks the questions that came in while the ones before were being answered in one statement, committed at once."""

    def __init__(
        self, engine: AsyncEngine, ask: Callable[[Connection, Sequence[Question]], Awaitable[Sequence[Answer]]]
    ) -> None:
        self._kept = Kept(engine)
        self._ask = ask
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, question: Question) -> Answer:
        """The answer; 503 where the database gives none, 500 where the fault is ours."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
        return await answer

    async def close(self) -> None:
        """Wait for what was asked, and give the connection back."""
        if self._asking:
            await self._asking
        await self._kept.drop()

    async def _ask_all(self) -> None:
        """Nobody is left waiting, whatever happens: a killed connection may leave a cancellation behind."""
        while self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            try:
                answers = await self._ask(await self._kept.open(), [question for question, _ in batch])
            except (Exception, asyncio.CancelledError) as error:
                self._fail(batch, error)
                with contextlib.suppress(asyncio.CancelledError):
                    await self._kept.drop()
                continue
            for (_, waiting), answer in zip(batch, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)

    def _fail(self, batch: Sequence[tuple[Question, asyncio.Future[Answer]]], error: BaseException) -> None:
        log.error("dependency_failed", reason=type(error).__name__, where=telemetry.where(error))
        is_away = isinstance(error, asyncio.CancelledError) or db.is_away(error)
        kind = problems.UNAVAILABLE if is_away else problems.INTERNAL
        for _, waiting in batch:
            if not waiting.done():
                waiting.set_exception(kind())
