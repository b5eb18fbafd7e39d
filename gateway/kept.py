"""Connections that the hot path keeps, for asyncpg itself: SQLAlchemy takes longer than statements this small."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import problems

TOGETHER = 500  # questions in one statement

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Question = TypeVar("Question")
Answer = TypeVar("Answer")

log = structlog.get_logger()


async def driver(connection: AsyncConnection) -> Connection:
    """What a connection of the pool really is."""
    held: Connection | None = (await connection.get_raw_connection()).driver_connection
    assert held is not None  # noqa: S101 - a connection that was entered is connected
    return held


class Kept:
    """One connection of the engine's pool, for one user at a time; one that died is replaced."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: AsyncConnection | None = None
        self._driver: Connection | None = None

    async def open(self) -> Connection:
        """The connection."""
        if self._driver is None or self._driver.is_closed():
            await self.drop()
            self._held = await self._engine.connect()
            self._driver = await driver(self._held)
        return self._driver

    async def drop(self) -> None:
        """End it, in whatever state it is; the pool gives another one."""
        held, self._held, self._driver = self._held, None, None
        if held is not None:
            await held.invalidate()
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
        """The answer; 503 where the database gives none."""
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
        while self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            try:
                answers = await self._ask(await self._kept.open(), [question for question, _ in batch])
            except Exception as error:
                log.error("dependency_failed", reason=type(error).__name__)
                await self._kept.drop()
                for _, waiting in batch:
                    if not waiting.done():
                        waiting.set_exception(problems.UNAVAILABLE())
                continue
            for (_, waiting), answer in zip(batch, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
