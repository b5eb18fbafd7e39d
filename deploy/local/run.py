"""The launcher: `python -m deploy.local.run`, `... migrate`, `... stop`, `... reset` (the same words after make)."""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path

import psutil

from deploy.local import checks, child, places, servers
from deploy.local.child import LaunchError
from deploy.local.platform import Platform

STOP = 90  # seconds a running launcher gets to stop everything


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit code: 0 stopped as asked, 1 could not start or something ended by itself."""
    parser = argparse.ArgumentParser(prog="deploy.local.run", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["run", "migrate", "stop", "reset"], default="run")
    command = parser.parse_args(arguments).command
    try:
        directory = places.run_directory(os.environ)
        if command in ("run", "migrate"):
            return run(directory, os.environ, command == "migrate")
        stop(directory, os.environ)
        if command == "reset":
            reset(directory, os.environ)
        return 0
    except LaunchError as error:
        complain(error)
        return 1


def run(directory: Path, environ: Mapping[str, str], migrate_only: bool = False) -> int:
    """Starts everything and stays until Ctrl-C, SIGTERM, or the death of a child; or migrates and ends."""
    os.umask(0o022)  # PostgreSQL may run as nobody and must pass through; what is secret gets its own mode
    checks.writable(directory)
    checks.disk(directory)
    with checks.only_one(directory):
        if migrate_only:
            platform = Platform(places.regions(environ), environ, narrator(), ("--migrate-only",))
            return asyncio.run(supervise(platform, migrate))
        return asyncio.run(supervise(Platform(places.regions(environ), environ, narrator()), serve))


def narrator() -> Callable[[str], None]:
    """Prints progress lines with the seconds since the start, each at once, also into a pipe."""
    started = time.monotonic()

    def say(line: str) -> None:
        show(f"[{time.monotonic() - started:5.1f} s] {line}")

    return say


def show(line: str) -> None:
    """Prints a line. That nobody reads any more (a closed terminal or pipe) must not keep us from stopping in order."""
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def complain(error: Exception) -> None:
    """Prints what went wrong, on the error output."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"jieli: {error}\n")
        sys.stderr.flush()


async def serve(platform: Platform) -> int:
    """Up and ready, then until a child dies."""
    await platform.start()
    await platform.ready()
    announce(platform)
    death = await platform.first_death()
    raise LaunchError(f"{death}; its log lies in {places.run_directory(platform.environ)}/<region>/logs")


async def migrate(platform: Platform) -> int:
    """Servers up, databases migrated."""
    await platform.start()
    await platform.migrated()
    return 0


async def supervise(platform: Platform, job: Callable[[Platform], Coroutine[None, None, int]]) -> int:
    """Does the job until it ends or we are told to stop; whatever happens, what was started is stopped in order."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    asked = asyncio.create_task(told.wait())
    working = asyncio.create_task(job(platform))
    code = 0
    try:
        await asyncio.wait({asked, working}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            code = working.result()
    except (LaunchError, OSError) as error:
        complain(error)
        code = 1
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        asked.cancel()
        if platform.children():
            platform.say("stopping: apps, NATS, PostgreSQL")
            await platform.stop()
            platform.say("stopped; the data is kept")
    return code


def announce(platform: Platform) -> None:
    """Where everything is."""
    platform.say("Jieli is ready")
    for region in platform.regions:
        show(f"  {region.code} {region.name} ({region.role}): {region.gateway_url}")
    show(f"  demonstration's credentials: {platform.credentials}")
    show("  try `make demo` in another shell; Ctrl-C stops everything and keeps the data")


def stop(directory: Path, environ: Mapping[str, str]) -> None:
    """Stops the launcher that holds the directory, and whatever a killed one left behind. Raises LaunchError."""
    pid = checks.holder(directory)
    if pid is None:
        show("Jieli does not run here")
    elif not child.runs(pid, is_launcher):
        raise LaunchError(f"{directory / checks.LOCK} is held by process {pid}, which is no launcher: left alone")
    else:
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(pid).terminate()
        deadline = time.monotonic() + STOP
        while checks.holder(directory) is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        if checks.holder(directory) is not None:
            raise LaunchError(f"process {pid} did not stop within {STOP} s; its output says what it waits for")
        show("stopped; the data is kept")
    for region in places.regions(environ):
        if region.directory.exists():
            servers.clear_apps(region)
            servers.chosen(region, environ).clear_orphans()


def is_launcher(process: psutil.Process) -> bool:
    """Whether the process was started as this module."""
    return any("deploy.local.run" in argument or "deploy/local/run.py" in argument for argument in process.cmdline())


def reset(directory: Path, environ: Mapping[str, str]) -> None:
    """Deletes what the launcher wrote, and nothing else that may lie in the directory."""
    if not directory.exists():
        return
    with checks.only_one(directory):
        for region in places.regions(environ):
            home = servers.postgres_home(region).parent
            shutil.rmtree(home if home.is_relative_to(directory) else home.parent, ignore_errors=True)
            shutil.rmtree(region.directory, ignore_errors=True)
        (directory / "demonstration.json").unlink(missing_ok=True)
        (directory / checks.LOCK).unlink()
    if not any(directory.iterdir()):
        directory.rmdir()
    show(f"{directory}: data and secrets are deleted (databases on a server of your own are not)")


if __name__ == "__main__":
    sys.exit(main())
