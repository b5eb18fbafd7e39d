"""Messages to contacts leave here, after the transaction that made them; the same words for everybody."""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from services.registry import sealing
from services.registry.commands import comparing, merging
from services.registry.commands import records as commands
from services.registry.queries import reach
from services.registry.queries import records as queries
from services.registry.rules import records
from services.registry.schemas.records import MessageSealed
from services.registry.tables import Message, now
from shared import problems, sender
from shared.background import rounds
from shared.runtime import Runtime

PAUSE = 0.5  # seconds between looks

log = structlog.get_logger()


async def match(runtime: Runtime) -> None:
    """Match what peers asked for, until cancelled."""
    await _go_on(match_one, runtime)


async def compare(runtime: Runtime) -> None:
    """Look for other records of people who are at a counter, until cancelled."""
    await _go_on(compare_one, runtime)


async def settle(runtime: Runtime) -> None:
    """End merges whose time to be undone is over, until cancelled."""
    await _go_on(settle_one, runtime)


async def deliver(runtime: Runtime) -> None:
    """Send what waits, until cancelled."""
    await _go_on(Queue().send_one, runtime)


async def _go_on(step: Callable[[Runtime], Awaitable[bool]], runtime: Runtime) -> None:
    await rounds(PAUSE, lambda: step(runtime), runtime.is_quiet)


async def match_one(runtime: Runtime) -> bool:
    """Match one request that came in; False when there was none."""
    async with runtime.sessions() as session, session.begin():
        request = await commands.match_next(session, runtime)
    if request is None:
        return False
    await commands.forget_claims(runtime, request)
    return True


async def compare_one(runtime: Runtime) -> bool:
    """Look at one comparison; False when there was none."""
    async with runtime.sessions() as session, session.begin():
        return await comparing.look_next(session, runtime) is not None


async def settle_one(runtime: Runtime) -> bool:
    """End one merge; False when there was none."""
    async with runtime.sessions() as session, session.begin():
        return await merging.settle_next(session)


@dataclass
class Queue:
    """Messages leave one by one, the oldest first; one that cannot leave now steps aside, each time for longer."""

    tries: dict[uuid.UUID, int] = field(default_factory=dict)
    resting: dict[uuid.UUID, float] = field(default_factory=dict)

    async def send_one(self, runtime: Runtime) -> bool:
        """Send one message, at least once; it goes when it is sent, refused or too old. False when none can be sent."""
        self.resting = {each: until for each, until in self.resting.items() if until > time.monotonic()}
        async with runtime.sessions() as session, session.begin():
            await reach.visible_to_platform(session)
            row = await queries.next_message(session, self.resting.keys())
            if row is None:
                return False
            try:
                await _send(runtime, row)
            except problems.Problem as error:
                if error.kind == sender.NOT_SENT and not records.is_too_old(row.id, now()):
                    self._set_aside(row.id)
                    return True
                log.warning("message_dropped", code=error.kind.code)
            await session.delete(row)
        self.tries.pop(row.id, None)
        return True

    def _set_aside(self, message: uuid.UUID) -> None:
        self.tries[message] = tried = self.tries.get(message, 0) + 1
        self.resting[message] = time.monotonic() + records.rest(tried)
        log.warning("message_waits", attempt=tried)


async def _send(runtime: Runtime, row: Message) -> None:
    message = await sealing.unseal(runtime.vault, row.subject, f"message.sealed/{row.id}", row.sealed, MessageSealed)
    await sender.of(runtime.settings).send(message.to, message.text)
