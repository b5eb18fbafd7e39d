"""Runs apps of one region in one process on one loop: `python -m deploy.local.region [--apps identity,registry]`.

The only place besides the tests that knows the modules of all five apps. The launcher starts one such process per
region with all apps; in production each app has a process of its own, from the same code.
"""

import argparse
import asyncio
import contextlib
import importlib
import json
import logging
import os
import re
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from deploy.local import tls
from shared import migrate
from shared.settings import Settings

MODULES = {
    "identity": "services.identity.main",
    "registry": "services.registry.main",
    "referrals": "services.referrals.main",
    "cases": "services.cases.main",
    "gateway": "gateway.main",
}
RAISED = re.compile(r"[\w.]+: ")  # how a traceback's line with the exception begins
DRAIN = 20  # seconds that requests in hand may still take once the process is told to stop
IDLE = 75  # seconds that a connection is kept for its next request: longer than the gateway and balancers keep theirs


class Server(uvicorn.Server):
    """A server that leaves signals to the process: with uvicorn's own handling only one of several would hear them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures nothing."""
        yield


class Words(logging.Handler):
    """What the servers themselves have to say, a line of JSON each.

    The text of an exception may quote a person's values (SQLAlchemy's quotes the row), so only its kind and the places
    that it passed are written; why an app could not start is written whole.
    """

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record."""
        said = record.getMessage()
        line: dict[str, object] = {"event": "server", "level": record.levelname.lower(), "detail": said}
        if record.exc_info and record.exc_info[0]:
            line["reason"] = record.exc_info[0].__name__
            line["places"] = [f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(record.exc_info[2])[-6:]]
        if said.startswith("Traceback"):
            raised = [text for text in said.splitlines() if RAISED.match(text)]
            self.last = raised[-1] if raised else said.strip().splitlines()[-1]
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Migrates and serves until SIGTERM, SIGINT, or the end of the launcher. Returns the exit code."""
    options = parsed(arguments)
    os.umask(0o077)
    words = Words(logging.WARNING)
    logging.getLogger("uvicorn").addHandler(words)
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
        ended = runner.run(serve(servers, options.supervised))
    if ended:
        sys.stderr.write(f"{ended} ended by itself: {words.last or 'see the lines above'}\n")
    return 1 if ended else 0


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
    """One app's server, over TLS where it has a certificate; its logs are the app's own affair (shared.telemetry)."""
    certificate, key = settings.tls_certificate, settings.tls_key
    secured = tls.context(certificate, key) if certificate and key else None
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
            timeout_keep_alive=IDLE,
            ssl_context_factory=(lambda *_: secured) if secured else None,
        )
    )


async def serve(servers: Mapping[str, Server], supervised: bool) -> str:
    """Serves all until one ends or the process is told to stop; then all stop. Says which ended by itself, if any."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    running = {asyncio.create_task(until_end(one), name=app) for app, one in servers.items()}
    waiting: set[asyncio.Task[object]] = {asyncio.ensure_future(told.wait())}
    if supervised:
        waiting.add(asyncio.ensure_future(launcher_gone()))
    await asyncio.wait({*running, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    ended = ", ".join(task.get_name() for task in running if task.done())
    for one in servers.values():
        one.should_exit = True
    await asyncio.gather(*running)
    for task in waiting:
        task.cancel()
    return ended


async def until_end(one: Server) -> None:
    """Serves. A server that cannot start ends the process (SystemExit): here it only ends itself, the others close."""
    with contextlib.suppress(SystemExit):
        await one.serve()


async def launcher_gone() -> None:
    """Waits until the launcher's end of our input closes, as it does however the launcher dies."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


if __name__ == "__main__":
    sys.exit(main())
