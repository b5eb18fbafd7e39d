"""One suite for the bus in memory and for real JetStream: every event once, in order per record, whatever happens."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.local.nats import Nats
from shared import bus as buses
from shared.bus import Bus, Delivery
from tests.bus import platform
from tests.bus.platform import Applied, Counted, Poisoned, Side, applied_in_order, nats_settings
from tests.support import nats as nats_support
from tests.support.bus import MemoryBus
from tests.support.until import until


async def test_every_event_is_applied_once_and_in_order(pair: tuple[Bus, Bus], publisher: Side, consumer: Side) -> None:
    sending, receiving = pair
    for number in range(20):
        await platform.emit(publisher, *(Counted(record=record, number=number) for record in ("a", "b", "c")))
    async with platform.consuming(receiving, platform.inbox(consumer, Applied())):
        while await platform.relay(publisher, sending).pass_once():
            pass
        found = await applied_in_order(consumer, 60)
    assert found == {record: list(range(20)) for record in ("a", "b", "c")}


async def test_what_was_published_but_not_marked_is_published_again_and_applied_once(
    pair: tuple[Bus, Bus], publisher: Side, consumer: Side
) -> None:
    sending, receiving = pair
    await platform.emit(publisher, Counted(record="a", number=1), Counted(record="a", number=2))
    relay = platform.relay(publisher, sending)
    await relay.pass_once()
    async with publisher.engine.begin() as connection:  # as a crash between publish and mark leaves it
        await connection.execute(text("UPDATE outbox SET sent_at = NULL, stream_seq = NULL"))
    await relay.pass_once()
    async with platform.consuming(receiving, platform.inbox(consumer, Applied())):
        assert await applied_in_order(consumer, 2) == {"a": [1, 2]}
        await platform.emit(publisher, Counted(record="a", number=3))
        await relay.pass_once()
        assert await applied_in_order(consumer, 3) == {"a": [1, 2, 3]}


async def test_poison_goes_aside_with_what_comes_behind_it_and_neighbours_go_on(
    pair: tuple[Bus, Bus], publisher: Side, consumer: Side
) -> None:
    sending, receiving = pair
    applied = Applied()
    taken = platform.inbox(consumer, applied)
    await platform.emit(publisher, Counted(record="a", number=1), Poisoned(record="a"), Counted(record="a", number=2))
    await platform.emit(publisher, Counted(record="b", number=1))
    await platform.relay(publisher, sending).pass_once()

    async def buried() -> bool:
        return len(await consumer.all("SELECT 1 FROM dead_letter")) == 2

    async with platform.consuming(receiving, taken):
        assert (await applied_in_order(consumer, 2)) == {"a": [1], "b": [1]}
        await until(buried, 40)
    letters = await consumer.all("SELECT reason, payload FROM dead_letter ORDER BY seq")
    assert [letter.reason for letter in letters] == ["ValueError", "behind a dead letter"]
    assert not any(b"record" in letter.payload for letter in letters), "the payload is sealed"
    assert await taken.replay() == 0
    applied.bearable = True
    assert await taken.replay() == 2
    assert (await applied_in_order(consumer, 3))["a"] == [1, 2]
    assert await consumer.all("SELECT 1 FROM dead_letter") == []


async def test_a_lost_stream_is_filled_again_from_the_kept_rows(
    fresh_nats: Nats, tmp_path: Path, publisher: Side, consumer: Side
) -> None:
    sending = await buses.connect(nats_settings("identity", fresh_nats, tmp_path))
    relay = platform.relay(publisher, sending)
    await relay.reconcile()
    await platform.emit(publisher, *(Counted(record="a", number=number) for number in range(5)))
    await relay.pass_once()
    operator = await nats_support.operator(fresh_nats)
    await operator.jetstream().delete_stream("IDENTITY")
    await operator.close()
    assert await relay.reconcile() == 5
    await relay.pass_once()
    receiving = await buses.connect(nats_settings("gateway", fresh_nats, tmp_path))
    async with platform.consuming(receiving, platform.inbox(consumer, Applied())):
        assert await applied_in_order(consumer, 5) == {"a": [0, 1, 2, 3, 4]}
    await sending.stop()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"not json", "no CloudEvent that can be read"),
        (b'{"specversion":"1.0"}', "no CloudEvent that can be read"),
    ],
)
async def test_what_cannot_be_read_goes_aside_at_once(consumer: Side, payload: bytes, reason: str) -> None:
    taken = platform.inbox(consumer, Applied())
    assert await taken.receive(Delivery(payload, "identity.record.counted.v1", 1)) is None
    assert [row.reason for row in await consumer.all("SELECT reason FROM dead_letter")] == [reason]


async def test_an_unknown_version_goes_aside_at_once(publisher: Side, consumer: Side) -> None:
    class Newer(Counted):
        subject = "identity.record.counted.v2"

    bus = MemoryBus()
    await platform.emit(publisher, Newer(record="a", number=1))
    await platform.relay(publisher, bus).pass_once()
    subject, payload = bus.messages[0]
    await platform.inbox(consumer, Applied()).receive(Delivery(payload, subject, 1))
    assert [row.reason for row in await consumer.all("SELECT reason FROM dead_letter")] == ["unknown event or version"]


async def test_without_the_bus_work_is_taken_and_the_backlog_leaves_later(publisher: Side) -> None:
    class Away(MemoryBus):
        async def publish(self, subject: str, payload: bytes, message_id: str) -> int:
            raise buses.BusError("away")

    await platform.emit(publisher, Counted(record="a", number=1))
    with pytest.raises(buses.BusError):
        await platform.relay(publisher, Away()).pass_once()
    assert len(await publisher.all("SELECT 1 FROM outbox WHERE sent_at IS NULL")) == 1
    back = MemoryBus()
    assert await platform.relay(publisher, back).pass_once() == 1
    assert back.events("identity.record.counted.v1") == [{"record": "a", "number": 1}]


async def test_two_transactions_on_one_record_get_two_numbers(publisher: Side) -> None:
    await asyncio.gather(*(platform.emit(publisher, Counted(record="a", number=number)) for number in range(8)))
    rows = await publisher.all("SELECT seq FROM outbox ORDER BY seq")
    assert [row.seq for row in rows] == list(range(1, 9))


async def test_a_server_that_does_not_sync_every_write_stops_the_start(tmp_path: Path, unsynced_nats: Nats) -> None:
    with pytest.raises(SystemExit, match="sync_interval: always"):
        await buses.connect(nats_settings("identity", unsynced_nats, tmp_path))
