"""What an app does beside answering: jobs without an end, begun again whenever a fault ends one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from shared import db, telemetry
from shared.bus import BusError
from shared.door import evidence
from shared.problems import Problem

FIRST_PAUSE = 0.5  # seconds until a job that failed begins again; doubled each time
LONGEST_PAUSE = 30.0
REST = 5.0  # seconds between rounds that look for work, while it is quiet
LOST = 1.0  # seconds after which a job that goes on is told again to end
STEADY = 60.0  # seconds of running after which earlier failures count no more

log = structlog.get_logger()
Job = Callable[[], Coroutine[Any, Any, None]]


async def rounds(every: float, one: Callable[[], Awaitable[object]], is_quiet: Callable[[], bool] = bool) -> None:
    """A round every so many seconds, at once after one that says True; one that a store or an app failed ends alone.
    While it is quiet they are REST seconds apart."""
    begun = float("-inf")
    while True:
        if not is_quiet() or time.monotonic() - begun >= REST:
            begun = time.monotonic()
            try:
                while await one() is True:
                    pass
            except (Problem, BusError, SQLAlchemyError, OSError, *db.DRIVER) as error:
                log.error("round_failed", reason=type(error).__name__, where=telemetry.where(error))
        await asyncio.sleep(every)


class Jobs:
    """The background jobs of one app; `down` names those that failed and wait to begin again."""

    def __init__(self, app: str) -> None:
        self.down: set[str] = set()
        self._app = app
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def start(self, name: str, job: Job) -> None:
        """Run a job until `stop`; `name` is for the log and for /ready."""
        self._tasks.append(asyncio.create_task(self._keep(name, job)))

    async def stop(self) -> None:
        """End every job, and again: `asyncio.wait_for` before Python 3.12 may lose a cancellation (issue 86296)."""
        self._stopping = True
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=LOST)

    async def _keep(self, name: str, job: Job) -> None:
        structlog.contextvars.bind_contextvars(app=self._app, job=name)
        pause = FIRST_PAUSE
        while True:
            begun = time.monotonic()
            try:
                with evidence("job", name):
                    return await job()
            except (Exception, asyncio.CancelledError) as error:
                if self._stopping:  # a cancellation that `stop` did not ask for is a fault: drivers leave some behind
                    return
                log.error("job_failed", reason=type(error).__name__, where=telemetry.where(error))
            pause = FIRST_PAUSE if time.monotonic() - begun > STEADY else min(pause * 2, LONGEST_PAUSE)
            self.down.add(name)
            await asyncio.sleep(pause)
            self.down.discard(name)
