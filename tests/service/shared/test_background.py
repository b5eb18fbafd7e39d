"""Jobs beside the requests: one that fails begins again, and /ready says so meanwhile."""

import asyncio
import contextlib
import io
import json
import re
from functools import partial
from pathlib import Path

import pytest
from asyncpg import InternalClientError

from shared import background, problems
from shared.background import Jobs
from shared.bus import BusError
from shared.contracts.events import OrganizationRegistered
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until


class Fragile:
    """A job that fails as often as it is told to, then runs."""

    def __init__(self, failures: int, fault: type[BaseException]) -> None:
        self.failures = failures
        self.fault = fault
        self.begun = 0

    async def run(self) -> None:
        self.begun += 1
        if self.begun <= self.failures:
            raise self.fault("something of a person")
        await asyncio.Event().wait()


async def readiness(running: RunningApp) -> tuple[int, str]:
    async with running.as_() as client:
        answer = await client.get("/ready")
    if answer.status_code >= 500:
        assert re.fullmatch(r"(?!0{32})[0-9a-f]{32}", answer.json()["trace_id"]), "it can be followed"
    return answer.status_code, answer.json().get("detail", "")


@pytest.mark.parametrize("fault", [ValueError, asyncio.CancelledError])
async def test_a_job_that_fails_begins_again_and_ready_tells(
    postgres: TestServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: type[BaseException],
) -> None:
    """Also when a driver's time limit leaves its cancellation behind, which nobody asked for."""
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.2)
    job = Fragile(3, fault)
    async with apps.running("identity", postgres, tmp_path) as identity:

        async def is_ready() -> bool:
            return (await readiness(identity))[0] == 200

        async def tells() -> bool:
            status, detail = await readiness(identity)
            return status == 503 and "fragile" in detail

        await until(is_ready)
        jobs = identity.runtime.extras["jobs"]
        assert isinstance(jobs, Jobs)
        jobs.start("fragile", job.run)
        await until(tells)
        await until(is_ready)
    assert job.begun == 4
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "job_failed" in line]
    told = ("identity", "fragile", fault.__name__)
    assert [(line["app"], line["job"], line["reason"]) for line in lines] == [told] * 3
    assert all(line["where"].startswith("test_background.py:") for line in lines)
    assert "something of a person" not in json.dumps(lines)


async def test_a_job_begins_again_where_nobody_takes_log_lines(
    postgres: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed pipe or a full disk behind standard output stops no work."""
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.05)
    job = Fragile(1, ValueError)
    async with apps.running("identity", postgres, tmp_path) as identity:

        async def begun_again() -> bool:
            return job.begun == 2

        monkeypatch.setattr("sys.stdout", gone)
        jobs = identity.runtime.extras["jobs"]
        assert isinstance(jobs, Jobs)
        jobs.start("fragile", job.run)
        await until(begun_again)
        monkeypatch.undo()


async def test_events_that_cannot_leave_make_an_app_unready(
    postgres: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.outbox.SILENT", 1.5)
    async with apps.running("identity", postgres, tmp_path) as identity:

        async def silent() -> bool:
            return "left" in (await readiness(identity))[1]

        async def refused(subject: str, payload: bytes) -> None:
            raise OSError("the stream is full")

        monkeypatch.setattr(identity.bus, "beat", refused)
        await until(silent)
        monkeypatch.undo()

        async def is_ready() -> bool:
            return (await readiness(identity))[0] == 200

        await until(is_ready)


@pytest.mark.parametrize(
    "passing",
    [ConnectionRefusedError(), BusError("NoServersError"), problems.UNAVAILABLE(), InternalClientError("unknown")],
    ids=lambda error: type(error).__name__,
)
async def test_rounds_go_on_past_what_passes_and_end_with_a_fault_of_ours(passing: Exception) -> None:
    said: list[object] = [True, True, passing, None, ValueError()]

    async def one() -> object:
        now = said.pop(0)
        if isinstance(now, Exception):
            raise now
        return now

    with pytest.raises(ValueError):
        await background.rounds(0.05, one)
    assert said == []


async def test_who_looks_for_work_rests_while_it_is_quiet_and_looks_as_soon_as_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "REST", 3600.0)
    asked = 0
    looks: list[int] = []

    def is_quiet() -> bool:
        nonlocal asked
        asked += 1
        return asked < 50

    async def one() -> None:
        looks.append(asked)

    async def looked_again() -> bool:
        return len(looks) > 1

    looking = asyncio.create_task(background.rounds(0.01, one, is_quiet))
    await until(looked_again)
    looking.cancel()
    assert looks[:2] == [1, 50]


async def test_what_another_process_left_is_found_while_it_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "REST", 0.05)
    looks = 0

    async def one() -> None:
        nonlocal looks
        looks += 1

    async def looked_thrice() -> bool:
        return looks >= 3

    looking = asyncio.create_task(background.rounds(0.01, one, lambda: True))
    await until(looked_thrice)
    looking.cancel()


async def test_a_request_and_an_event_each_end_the_quiet(postgres: TestServer, tmp_path: Path) -> None:
    told = OrganizationRegistered(
        organization="org-1", name="教育局", kind="department", district="610118", services=("EDU-01",)
    )
    async with apps.running("registry", postgres, tmp_path) as registry:

        async def asked() -> None:
            async with registry.as_() as client:
                await client.get("/directory/services")

        for done in (asked, partial(registry.receive, "identity", "org-1", 1, told)):
            registry.runtime.stirred -= 60
            assert registry.runtime.is_quiet()
            await done()
            assert not registry.runtime.is_quiet()


async def test_a_job_that_loses_a_cancellation_ends_all_the_same() -> None:
    """As it happens to whoever waits with a time limit for something that comes in that very moment."""
    jobs, begun, ended = Jobs("identity"), asyncio.Event(), asyncio.Event()

    async def deaf() -> None:
        begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    jobs.start("deaf", deaf)
    await begun.wait()
    async with asyncio.timeout(20):
        await jobs.stop()
    assert ended.is_set()
