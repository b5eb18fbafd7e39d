"""The database goes away under relay and consumer: nothing stops for good, nothing becomes a dead letter."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg
import httpx
import pytest
from nats.js import JetStreamContext

from deploy.local.nats import Nats
from shared import bus as buses
from shared import ids
from shared.bus import Away, Bus, Delivery, Later
from shared.contracts.envelope import Envelope
from shared.inbox import Inbox
from shared.outbox import Relay
from tests.bus import platform
from tests.bus.platform import Applied, Counted, Poisoned, Side, applied_in_order
from tests.support.bus import MemoryBus
from tests.support.postgres import TestServer
from tests.support.until import until

END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%_app'"


@dataclass
class Watched:
    """An inbox, and what happened to the deliveries that it was handed."""

    inbox: Inbox
    away: int = 0
    attempts: list[int] = field(default_factory=list)

    async def receive(self, delivery: Delivery) -> Later | None:
        if not delivery.subject.endswith("heartbeat.beat.v1"):
            self.attempts.append(delivery.attempt)
        try:
            return await self.inbox.receive(delivery)
        except Away:
            self.away += 1
            raise


async def test_connections_that_die_again_and_again_stop_neither_relay_nor_consumer(
    pair: tuple[Bus, Bus], publisher: Side, consumer: Side, postgres: TestServer
) -> None:
    sending, receiving = pair
    relaying = asyncio.create_task(platform.relay(publisher, sending).run())
    admin = await asyncpg.connect(postgres.admin_url)
    async with platform.consuming(receiving, platform.inbox(consumer, Applied())):
        for number in range(10):
            await committed(publisher, *(Counted(record=record, number=number) for record in ("a", "b")))
            await admin.execute(END_ALL)
        found = await applied_in_order(consumer, 20)
        assert not relaying.done(), relaying.exception()
    relaying.cancel()
    await admin.close()
    assert found == {record: list(range(10)) for record in ("a", "b")}
    assert await consumer.all("SELECT reason FROM dead_letter") == []


async def committed(publisher: Side, *events: Counted) -> None:
    """Emit as a caller would who tries again when a connection had died."""

    async def done() -> bool:
        try:
            await platform.emit(publisher, *events)
        except Exception:
            return False
        return True

    await until(done)


async def test_while_the_database_is_away_nothing_is_fetched_counted_or_buried(
    pair: tuple[Bus, Bus], publisher: Side, own_postgres: TestServer
) -> None:
    sending, receiving = pair
    async with platform.side(own_postgres) as consumer:
        watched = Watched(platform.inbox(consumer, Applied()))
        await asyncio.to_thread(own_postgres.server.stop)
        await platform.emit(publisher, *(Counted(record=record, number=1) for record in ("a", "b", "c")))
        await platform.relay(publisher, sending).pass_once()

        async def tried() -> bool:
            return watched.away > 6

        async with platform.consuming(receiving, watched.inbox, watched.receive):
            await until(tried, 30)
            own_postgres.start()
            assert await applied_in_order(consumer, 3) == {"a": [1], "b": [1], "c": [1]}
        assert await consumer.all("SELECT reason FROM dead_letter") == []
    assert isinstance(receiving, MemoryBus) or set(watched.attempts) == {1}


async def listening(running: Nats) -> int:
    """At how many places the consumer listens, as the server says."""
    async with httpx.AsyncClient(trust_env=False) as http:
        known = (await http.get(f"{running.monitor_url}/connz")).json()["connections"]
    return sum(each["subscriptions"] for each in known if each["name"] == "gateway")


async def test_after_the_bus_was_away_each_event_is_handed_over_once_and_nothing_old_listens_on(
    publisher: Side, consumer: Side, fresh_nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is brought to where nobody looks any more comes again only 20 s later."""
    sending = await buses.connect(platform.nats_settings("identity", fresh_nats, tmp_path))
    receiving = await buses.connect(platform.nats_settings("gateway", fresh_nats, tmp_path))
    watched = Watched(platform.inbox(consumer, Applied()))
    relaying = asyncio.create_task(platform.relay(publisher, sending).run())
    bound: list[str] = []
    bind = receiving._bind

    async def bind_again(stream: str, filters: list[str]) -> JetStreamContext.PullSubscription:
        bound.append(stream)
        return await bind(stream, filters)

    async def given_up() -> bool:
        return len(bound) > 1

    monkeypatch.setattr(receiving, "_bind", bind_again)
    async with platform.consuming(receiving, watched.inbox, watched.receive):
        await platform.emit(publisher, Counted(record="a", number=1))
        await applied_in_order(consumer, 1)
        before = await listening(fresh_nats)
        await asyncio.to_thread(fresh_nats.stop)
        await platform.emit(publisher, Counted(record="a", number=2))
        await until(given_up, 60)
        fresh_nats.launch()
        await asyncio.to_thread(fresh_nats.wait_ready)
        assert await applied_in_order(consumer, 2) == {"a": [1, 2]}
        assert await listening(fresh_nats) == before
    relaying.cancel()
    assert watched.attempts == [1, 1]
    await sending.stop()


async def test_waiting_for_the_event_before_does_not_count_as_failing(publisher: Side, consumer: Side) -> None:
    """A delivery number is high for many reasons; only failures of the handler make poison."""
    bus, applied = MemoryBus(), Applied()
    taken = platform.inbox(consumer, applied)
    await platform.emit(publisher, Poisoned(record="a"))
    await platform.relay(publisher, bus).pass_once()
    subject, payload = bus.messages[0]
    assert await taken.receive(Delivery(payload, subject, 60)), "it comes again"
    assert await consumer.all("SELECT reason FROM dead_letter") == []
    applied.bearable = True
    assert await taken.receive(Delivery(payload, subject, 61)) is None
    assert await consumer.all("SELECT reason FROM dead_letter") == []


@pytest.mark.parametrize(("attempt", "buried"), [(1, False), (149, False), (150, True)])
async def test_an_event_waits_some_minutes_for_the_one_before_it(consumer: Side, attempt: int, buried: bool) -> None:
    second = Envelope.model_validate(
        {
            "id": ids.new(),
            "source": "/regions/610118/identity",
            "type": Counted.subject,
            "subject": "a",
            "time": "2026-11-22T00:00:00Z",
            "sequence": f"{2:020d}",
            "data": {"record": "a", "number": 2},
        }
    )
    taken = platform.inbox(consumer, Applied())
    later = await taken.receive(Delivery(second.encode(), Counted.subject, attempt))
    assert (later is None) == buried
    assert len(await consumer.all("SELECT 1 FROM dead_letter")) == buried


async def test_only_the_beat_of_an_app_whose_silence_matters_is_followed(consumer: Side) -> None:
    taken = platform.inbox(consumer, Applied())
    events = taken.filters("identity")
    assert replace(taken, heeded=("identity",)).filters("identity") == [*events, "identity.heartbeat.beat.v1"]
    assert events == ["identity.record.>"]


async def test_a_heartbeat_that_cannot_be_read_goes_aside(consumer: Side) -> None:
    taken = platform.inbox(consumer, Applied())
    assert await taken.receive(Delivery(b"[]", "identity.heartbeat.beat.v1", 1)) is None
    letters = await consumer.all("SELECT reason FROM dead_letter")
    assert [letter.reason for letter in letters] == ["no heartbeat that can be read"]


async def test_a_relay_says_that_nothing_leaves(publisher: Side) -> None:
    class Gone(MemoryBus):
        async def beat(self, subject: str, payload: bytes) -> None:
            raise OSError("away")

    def started(bus: Bus) -> tuple[Relay, "asyncio.Task[None]"]:
        relay = platform.relay(publisher, bus)
        return relay, asyncio.create_task(relay.run())

    (deaf, one), (well, other) = started(Gone()), started(MemoryBus())

    async def speaks() -> bool:
        return not well.silent

    await until(speaks)
    assert deaf.silent
    for task in (one, other):
        task.cancel()
