"""The event bus: NATS JetStream with fixed durables, pulled with short expiry and never cancelled meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from shared.settings import Settings, SettingsError

START_DEADLINE = 15.0  # seconds to reach the server at start
PUBLISH_TIMEOUT = 5.0  # seconds for an acknowledgement
ACK_WAIT = 20.0  # seconds until an unacknowledged message comes again
UNACKNOWLEDGED = 256  # messages that may be under way or put off at once
HOLD = 1.0  # seconds between tries while the consumer is away
LAST_DELIVERY = 200  # the server parks a message after this many deliveries and says so in an advisory

log = structlog.get_logger()


class BusError(Exception):
    """The bus did not take or give a message; the outbox row stays and is tried again."""


class Away(Exception):
    """A consumer cannot take anything just now: what is in hand stays in hand, and nothing more is fetched."""


@dataclass(frozen=True)
class Delivery:
    """One message as a consumer gets it; `attempt` counts from 1."""

    payload: bytes
    subject: str
    attempt: int


@dataclass(frozen=True)
class Later:
    """The consumer's wish to see a message again after `seconds`."""

    seconds: float


# Gives None when it took the message; raises Away while it cannot take any.
Consumer = Callable[[Delivery], Awaitable[Later | None]]


class Bus(Protocol):
    """What the relay and the consumers need of a bus."""

    async def publish(self, subject: str, payload: bytes, message_id: str) -> int:
        """Store a message durably; returns its stream sequence; BusError if it is not certain."""

    async def beat(self, subject: str, payload: bytes) -> None:
        """Store a message that replaces the one before it on its subject."""

    async def stream_state(self) -> tuple[str, int]:
        """When this app's own stream was created, and its last sequence."""

    def kept(self, subject: str) -> AsyncIterator[bytes]:
        """Every message under a subject that its app's stream holds, oldest first. Raises BusError."""

    def consume(self, stream: str, filters: list[str], consumer: Consumer) -> Coroutine[Any, Any, None]:
        """Hand messages of another app's stream to `consumer`, until `stop`."""

    async def stop(self) -> None:
        """Finish what is in hand and leave."""

    @property
    def connected(self) -> bool:
        """Whether the server can be reached now."""


class NatsBus:
    """JetStream as the bus: a stream per publishing app (its name in capitals), a durable per consuming app."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self.app = settings.app
        self.client = client
        self.jetstream = client.jetstream(timeout=PUBLISH_TIMEOUT)
        self.stream = settings.app.upper()
        self.replicas = settings.nats_replicas
        self.stopping = asyncio.Event()
        self._consuming = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def connected(self) -> bool:
        """Whether the server can be reached now."""
        return bool(self.client.is_connected)

    async def publish(self, subject: str, payload: bytes, message_id: str) -> int:
        """Publish with de-duplication by `message_id`; returns the stream sequence."""
        return await self._store(subject, payload, {"Nats-Msg-Id": message_id})

    async def beat(self, subject: str, payload: bytes) -> None:
        """Publish and roll up: only the newest message of the subject stays."""
        await self._store(subject, payload, {"Nats-Rollup": "sub"})

    async def _store(self, subject: str, payload: bytes, headers: dict[str, str]) -> int:
        try:
            ack = await self.jetstream.publish(subject, payload, timeout=PUBLISH_TIMEOUT, headers=headers)
        except (JetStreamError, nats.errors.Error, TimeoutError) as error:
            raise BusError(type(error).__name__) from error
        return int(ack.seq)

    async def stream_state(self) -> tuple[str, int]:
        """When the stream was created and its last sequence; makes the stream when it is missing."""
        try:
            try:
                info = await self.jetstream.stream_info(self.stream)
            except NotFoundError:
                info = await self.ensure_stream()
        except (JetStreamError, nats.errors.Error, TimeoutError) as error:
            raise BusError(type(error).__name__) from error
        return str(info.created), int(info.state.last_seq)

    async def kept(self, subject: str) -> AsyncIterator[bytes]:
        """Every message under a subject that its app's stream holds, oldest first."""
        stream, seq = subject.partition(".")[0].upper(), 0
        while True:
            try:
                found = await self.jetstream.get_msg(stream, seq + 1, subject=subject, next=True)
            except NotFoundError:
                return
            except (JetStreamError, nats.errors.Error, TimeoutError) as error:
                raise BusError(type(error).__name__) from error
            seq = int(found.seq or 0)
            yield found.data or b""

    async def ensure_stream(self) -> api.StreamInfo:
        """Make or update this app's stream, and the one that captures advisories about its parked messages."""
        advisory = f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.*.{self.app}"
        await self._declare(
            api.StreamConfig(
                name=f"{self.stream}_ADVISORIES", subjects=[advisory], max_msgs=10_000, num_replicas=self.replicas
            )
        )
        return await self._declare(
            api.StreamConfig(
                name=self.stream,
                subjects=[f"{self.app}.>"],
                storage=api.StorageType.FILE,
                num_replicas=self.replicas,
                duplicate_window=120,
                allow_rollup_hdrs=True,
                deny_delete=True,
            )
        )

    async def _declare(self, config: api.StreamConfig) -> api.StreamInfo:
        try:
            return await self.jetstream.add_stream(config)
        except JetStreamError:
            return await self.jetstream.update_stream(config)

    async def consume(self, stream: str, filters: list[str], consumer: Consumer) -> None:
        """Pull from `stream` by this app's durable; re-binds after any failure of the server."""
        self._consuming += 1
        self._idle.clear()
        try:
            while not self.stopping.is_set():
                try:
                    await self._pull(await self._bind(stream, filters), consumer)
                except (JetStreamError, nats.errors.Error, OSError) as error:
                    log.warning("consumer_binds_again", stream=stream, reason=type(error).__name__)
                    await self._stops_within(0.5)
        finally:
            self._consuming -= 1
            if not self._consuming:
                self._idle.set()

    async def _stops_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)
        return self.stopping.is_set()

    async def _bind(self, stream: str, filters: list[str]) -> JetStreamContext.PullSubscription:
        config = api.ConsumerConfig(
            durable_name=self.app,
            filter_subjects=filters,
            ack_policy=api.AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_deliver=LAST_DELIVERY,
            max_ack_pending=UNACKNOWLEDGED,
        )
        await self.jetstream.add_consumer(stream, config)
        return await self.jetstream.pull_subscribe_bind(self.app, stream, inbox_prefix=f"_INBOX_{self.app}.".encode())

    async def _pull(self, subscription: JetStreamContext.PullSubscription, consumer: Consumer) -> None:
        """One message at a time: a fetch of several may hold the first back until it expires (nats.py, issue 986)."""
        try:
            while not self.stopping.is_set():
                try:
                    messages = await subscription.fetch(1, timeout=1)
                except TimeoutError:
                    await subscription.consumer_info()  # raises where the server knows the consumer no more
                else:
                    await self._hand(messages[0], consumer)
        finally:  # or what it asked for while the server was away would be brought to where nobody looks
            with contextlib.suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def _hand(self, message: Msg, consumer: Consumer) -> None:
        """What the consumer cannot take now is kept in hand, neither delivered again nor counted, until we stop."""
        delivery = Delivery(message.data, message.subject, message.metadata.num_delivered)
        while True:
            try:
                later = await consumer(delivery)
            except Away as error:
                log.warning("consumer_away", reason=str(error))
                await message.in_progress()
                if await self._stops_within(HOLD):
                    return await message.nak()
                continue
            if later is None:
                return await message.ack()
            return await message.nak(delay=later.seconds)

    async def stop(self) -> None:
        """Stop fetching, let what is in hand finish, then close. `drain` never ends on pull subscriptions."""
        self.stopping.set()
        await self._idle.wait()
        with contextlib.suppress(nats.errors.Error, ConnectionError, TimeoutError):
            await asyncio.wait_for(self.client.flush(), 2)
        with contextlib.suppress(nats.errors.Error, ConnectionError):
            await self.client.close()


async def connect(settings: Settings) -> NatsBus:
    """Connect, check that the server syncs every write, and declare this app's stream."""
    await _check_sync(settings.nats_monitor_url)
    try:
        client = await asyncio.wait_for(
            nats.connect(
                settings.nats_url,
                user=settings.nats_user,
                password=settings.nats_password,
                name=settings.app,
                inbox_prefix=f"_INBOX_{settings.app}".encode(),
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.5,
                ping_interval=10,
                max_outstanding_pings=2,
                error_cb=_report,
            ),
            START_DEADLINE,
        )
    except TimeoutError:
        raise SettingsError(f"NATS does not answer at {settings.nats_url}: start it or set JIELI_NATS_URL.") from None
    bus = NatsBus(settings, client)
    await bus.ensure_stream()
    return bus


async def _check_sync(monitor_url: str) -> None:
    """Refuse a server that acknowledges before it writes: its default loses acknowledged messages on power loss."""
    advice = "set `jetstream { sync_interval: always }` in its configuration and check JIELI_NATS_MONITOR_URL"
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = (await client.get(f"{monitor_url}/varz")).json()
    except (httpx.HTTPError, ValueError):
        raise SettingsError(f"NATS monitoring does not answer at {monitor_url}: {advice}.") from None
    if not answer.get("jetstream", {}).get("config", {}).get("sync_always"):
        raise SettingsError(f"NATS at {monitor_url} does not sync every write: {advice}.")


async def _report(error: Exception) -> None:
    log.warning("nats", reason=type(error).__name__, detail=str(error)[:200])
