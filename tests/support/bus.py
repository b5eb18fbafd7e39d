"""A bus in memory with JetStream's promises and freedoms: it delivers twice, and out of order on request."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from shared.bus import Away, Consumer, Delivery


class MemoryBus:
    """Implements shared.bus.Bus; several apps may share one to form a platform in memory."""

    def __init__(self, shuffled: bool = False) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.seen: dict[str, int] = {}
        self.handed: set[bytes] = set()
        self.arrived = asyncio.Condition()
        self.stopping = asyncio.Event()
        self.shuffled = shuffled
        self.connected = True

    async def publish(self, subject: str, payload: bytes, message_id: str) -> int:
        """Store once per message id."""
        async with self.arrived:
            if message_id not in self.seen:
                self.messages.append((subject, payload))
                self.seen[message_id] = len(self.messages)
                self.arrived.notify_all()
            return self.seen[message_id]

    async def beat(self, subject: str, payload: bytes) -> None:
        """Heartbeats are not kept: nothing in memory goes stale."""

    async def stream_state(self) -> tuple[str, int]:
        """This bus lives as long as the process."""
        return "memory", len(self.messages)

    async def kept(self, subject: str) -> AsyncIterator[bytes]:
        """Every message under a subject, oldest first."""
        for name, payload in list(self.messages):
            if name == subject:
                yield payload

    async def consume(self, stream: str, filters: list[str], consumer: Consumer) -> None:
        """Deliver every matching message twice."""
        done = 0
        late: list[tuple[str, bytes, int]] = []
        while not self.stopping.is_set():
            async with self.arrived:
                await self.arrived.wait_for(partial(self._to_do, done, bool(late)))
                batch = [(subject, payload, 1) for subject, payload in self.messages[done:]]
            done += len(batch)
            fresh = [message for message in batch for _ in range(2) if _wanted(message[0], filters)]
            waiting = [*fresh, *late]
            late = await self._deliver(waiting[::-1] if self.shuffled else waiting, consumer)

    def _to_do(self, done: int, again: bool) -> bool:
        return again or len(self.messages) > done or self.stopping.is_set()

    async def _deliver(
        self, messages: list[tuple[str, bytes, int]], consumer: Consumer
    ) -> list[tuple[str, bytes, int]]:
        """Hand each over once; what the consumer wants to see again comes back, behind the others."""
        late = []
        for subject, payload, attempt in messages:
            try:
                if await consumer(Delivery(payload, subject, attempt)):
                    late.append((subject, payload, attempt + 1))
            except Away:
                late.append((subject, payload, attempt))
            self.handed.add(payload)
        await asyncio.sleep(0.01 if late else 0)
        return late

    async def stop(self) -> None:
        """Wake the consumers so that they can leave."""
        async with self.arrived:
            self.stopping.set()
            self.arrived.notify_all()

    def events(self, subject: str) -> list[dict[str, Any]]:
        """The data of every event published under `subject`."""
        return [json.loads(payload)["data"] for name, payload in self.messages if name == subject]


def _wanted(subject: str, filters: list[str]) -> bool:
    return any(subject.startswith(pattern.removesuffix(">")) for pattern in filters)
