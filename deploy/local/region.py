"""Runs apps of one region in one process on one loop: `python -m deploy.local.region [--apps identity,registry]`.

The only place besides the tests that knows the modules of all five apps. The launcher starts one such process per
region with all apps; in production each app has a process of its own, from the same code.
"""

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from shared import migrate
from shared.settings import Settings

MODULES = {
    "identity": "services.identity.main",
    "registry": "services.registry.main",
    "referrals": "services.referrals.main",
    "cases": "services.cases.main",
    "gateway": "gateway.main",
}
DRAIN = 20  # seconds that requests in hand may still take once the process is told to stop


class Server(uvicorn.Server):
    """A server that leaves signals to the process: with uvicorn's own handling only one of several would hear them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures nothing."""
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """Migrates and serves until SIGTERM, SIGINT, or the end of the launcher. Returns the exit code."""
    options = parsed(arguments)
    os.umask(0o077)
    environ = environment(options.environment)
    apps = options.apps.split(",")
    modules = {app: importlib.import_module(MODULES[app]) for app in apps}
    settings = {app: Settings.load(app, environ) for app in apps}
    if options.supervised and sys.stdin.readline() != "go\n":
        return 0  # the launcher gave up before its servers were ready
    for app in apps:
        if settings[app].owner_database_url:
            migrate.upgrade(app, settings[app])
    if options.migrate_only:
        return 0
    servers = {app: server(modules[app].create(settings[app]), settings[app]) for app in apps}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(servers, options.supervised))


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="deploy.local.region", description=__doc__)
    parser.add_argument("--apps", default=",".join(MODULES), help="which apps, separated by commas")
    parser.add_argument("--environment", type=Path, help="a JSON file with the settings, instead of the environment")
    parser.add_argument("--supervised", action="store_true", help="wait for `go` on the input and end when it closes")
    parser.add_argument("--migrate-only", action="store_true", help="bring the databases up to date and end")
    options = parser.parse_args(arguments)
    if unknown := set(options.apps.split(",")) - set(MODULES):
        parser.error(f"no such app: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    return options


def environment(file: Path | None) -> Mapping[str, str]:
    """The settings' source."""
    if file is None:
        return os.environ
    loaded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def server(app: Any, settings: Settings) -> Server:
    """One app's server; its logs are the app's own affair (shared.telemetry)."""
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN,
        )
    )


async def serve(servers: Mapping[str, Server], supervised: bool) -> int:
    """Serves all until one ends or the process is told to stop; then all stop. Exit code 1 if one ended by itself."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    running = {asyncio.create_task(one.serve(), name=app): one for app, one in servers.items()}
    waiting: set[asyncio.Task[object]] = {asyncio.ensure_future(told.wait())}
    if supervised:
        waiting.add(asyncio.ensure_future(launcher_gone()))
    await asyncio.wait({*running, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    ended = [task.get_name() for task in running if task.done()]
    for one in servers.values():
        one.should_exit = True
    await asyncio.gather(*running, return_exceptions=True)
    for task in waiting:
        task.cancel()
    if ended:
        sys.stderr.write(f"{', '.join(ended)} ended by itself; the lines above say why\n")
    return 1 if ended else 0


async def launcher_gone() -> None:
    """Waits until the launcher's end of our input closes, as it does however the launcher dies."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


if __name__ == "__main__":
    sys.exit(main())
