"""A publisher and a consumer over a real PostgreSQL, joined by a bus: the parts that every app is made of."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import pool, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from deploy.local.nats import Nats
from shared import db, outbox, plumbing
from shared.bus import Bus, Consumer
from shared.contracts.envelope import Event
from shared.inbox import Inbox
from shared.outbox import Relay
from shared.settings import Settings
from tests.support import apps
from tests.support import nats as nats_support
from tests.support.postgres import TestServer
from tests.support.until import until

KEK = bytes(range(32))


class Counted(Event):
    """Something happened to a record."""

    subject: ClassVar[str] = "identity.record.counted.v1"
    record: str
    number: int


class Poisoned(Event):
    """Something that no handler bears."""

    subject: ClassVar[str] = "identity.record.poisoned.v1"
    record: str


KNOWN: dict[str, type[Event]] = {event.subject: event for event in (Counted, Poisoned)}


@dataclass
class Applied:
    """What the consumer's handler saw, in its order."""

    numbers: list[tuple[str, int]] = field(default_factory=list)
    bearable: bool = False

    async def counted(self, session: AsyncSession, event: Counted) -> None:
        """The effect: a row in the transaction of the inbox."""
        row = {"record": event.record, "number": event.number}
        await session.execute(text("INSERT INTO effect (record, number) VALUES (:record, :number)"), row)

    async def poisoned(self, session: AsyncSession, event: Poisoned) -> None:
        """Fails until somebody mended it."""
        if not self.bearable:
            raise ValueError("cannot bear it")


@dataclass
class Side:
    """One app's database."""

    engine: AsyncEngine
    looking: AsyncEngine

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        """Its sessions."""
        return db.session_maker(self.engine)

    async def all(self, query: str) -> list[Any]:
        """Every row of a query, by a connection of its own."""
        async with self.looking.connect() as connection:
            return list((await connection.execute(text(query))).all())


@contextlib.asynccontextmanager
async def side(postgres: TestServer) -> AsyncIterator[Side]:
    """A fresh database with the plumbing and the effect table."""
    urls = await postgres.create_database("identity")
    owner = db.engine(urls["OWNER_DATABASE_URL"], 2)
    async with owner.begin() as connection:
        await connection.run_sync(plumbing.METADATA.create_all)
        await connection.execute(text("CREATE TABLE effect (record text, number int, place serial)"))
    await owner.dispose()
    engine = db.engine(urls["DATABASE_URL"], 8)
    try:
        yield Side(engine, create_async_engine(urls["DATABASE_URL"], poolclass=pool.NullPool))
    finally:
        await engine.dispose()


async def emit(publisher: Side, *events: Event) -> None:
    """Commit events of their records in one transaction."""
    async with publisher.sessions() as session, session.begin():
        for event in events:
            await outbox.emit(session, getattr(event, "record", "one"), event)


def relay(publisher: Side, bus: Bus) -> Relay:
    """The publisher's relay."""
    return Relay("identity", "/regions/610118/identity", publisher.engine, bus)


def inbox(consumer: Side, applied: Applied) -> Inbox:
    """The consumer's inbox."""
    handlers = {Counted: applied.counted, Poisoned: applied.poisoned}
    return Inbox(consumer.sessions, handlers, KNOWN, (KEK,))


@contextlib.asynccontextmanager
async def consuming(bus: Bus, taken: Inbox, receive: Consumer | None = None) -> AsyncIterator[None]:
    """Consume until the block ends; `receive` stands before the inbox."""
    task = asyncio.create_task(bus.consume("IDENTITY", taken.filters("identity"), receive or taken.receive))
    try:
        yield
    finally:
        await bus.stop()
        await asyncio.wait_for(task, 10)


def nats_settings(app: str, running: Nats, directory: Path) -> Settings:
    """Settings of one app for a real server."""
    urls = {"DATABASE_URL": "postgresql+asyncpg://127.0.0.1:1/none", **nats_support.settings(running, app)}
    return apps.settings(app, urls, directory)


async def applied_in_order(consumer: Side, wanted: int) -> dict[str, list[int]]:
    """The numbers of each record in the order of their effects, once there are as many effects as wanted."""

    async def enough() -> bool:
        return len(await consumer.all("SELECT 1 FROM effect")) >= wanted

    await until(enough)
    found: dict[str, list[int]] = {}
    for record, number in await consumer.all("SELECT record, number FROM effect ORDER BY place"):
        found.setdefault(record, []).append(number)
    return found
