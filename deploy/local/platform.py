"""The running platform: both regions' servers and app processes, started side by side, stopped in order."""

import asyncio
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import checks, child, demonstration, environment, places, secrets, servers
from deploy.local.child import LaunchError

START = 120  # seconds until every app must be ready
DRAIN = 25  # seconds an app process gets to finish what it has in hand
POLL = 0.1  # seconds


@dataclass
class Platform:
    """Everything one launcher runs. Use it on the main thread: children die with the thread that starts them."""

    regions: list[places.Region]
    environ: Mapping[str, str]
    say: Callable[[str], None]
    options: tuple[str, ...] = ()  # further ones for the apps' processes
    below: dict[str, servers.Servers] = field(default_factory=dict)
    apps: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    async def start(self) -> None:
        """Starts everything. Raises LaunchError; what was started until then is for `stop`."""
        for region in self.regions:
            self.make_room(region)
        self.say("starting PostgreSQL, NATS and the apps of both regions (the first time takes a little longer)")
        for region in self.regions:
            self.start_apps(region)
        await asyncio.gather(*(self.serve(region) for region in self.regions))

    async def ready(self) -> None:
        """Waits until every app is ready, then leaves the demonstration's credentials where `announce` says."""
        await asyncio.gather(*(self.apps_ready(region) for region in self.regions))
        secrets.write_private(self.credentials, environment.written(demonstration.credentials(self.regions)))

    async def migrated(self) -> None:
        """Waits until the app processes ended. Raises LaunchError when one of them failed."""
        for region in self.regions:
            if await asyncio.to_thread(self.apps[region.code].wait) != 0:
                raise LaunchError(self.last_words(region))
            self.say(f"{region.code}: every database is in the newest form")

    @property
    def credentials(self) -> Path:
        """Where the demonstration's credentials lie."""
        return places.run_directory(self.environ) / "demonstration.json"

    def make_room(self, region: places.Region) -> None:
        """Directories, secrets, no leftovers of an earlier start, free ports."""
        region.directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        chosen = self.below[region.code] = servers.chosen(region, self.environ)
        servers.clear_apps(region)
        chosen.clear_orphans()
        checks.free_ports(region, chosen.postgres is not None, chosen.nats is not None)

    def start_apps(self, region: places.Region) -> None:
        """Starts the region's app process early: it imports while the servers start, and then waits for `go`."""
        chosen = self.below[region.code]
        variables = environment.variables(region, self.regions, chosen.admin_url, chosen.bus, self.environ)
        secrets.write_private(region.environment, environment.written(variables))
        command = [sys.executable, "-m", "deploy.local.region", "--supervised", *self.options]
        command += ["--environment", str(region.environment)]
        environ = {"PATH": self.environ.get("PATH", ""), "PYTHONPATH": str(places.ROOT), "LANG": "C.UTF-8"}
        process = child.start(command, region.logs / "apps.log", {**environ, "PYTHONUNBUFFERED": "1"})
        (region.directory / "apps.pid").write_text(str(process.pid), encoding="ascii")
        self.apps[region.code] = process

    async def serve(self, region: places.Region) -> None:
        """The region's servers up, then the apps told to go on."""
        await self.below[region.code].start()
        self.say(f"{region.code}: PostgreSQL and NATS are up, databases and roles in place")
        entrance = self.apps[region.code].stdin
        if entrance is None:
            raise LaunchError("the apps were started without an input to tell them to go on")
        try:
            entrance.write(b"go\n")
            entrance.flush()
        except BrokenPipeError:
            raise LaunchError(self.last_words(region)) from None

    async def apps_ready(self, region: places.Region) -> None:
        """Waits until every app of the region says that it is ready."""
        deadline = time.monotonic() + START
        for app in places.OFFSETS:
            while not await asyncio.to_thread(ready, region.app_url(app)):
                if self.apps[region.code].poll() is not None:
                    raise LaunchError(self.last_words(region))
                if time.monotonic() > deadline:
                    raise LaunchError(
                        f"{app} of {region.code} was not ready after {START} s; see {region.logs / 'apps.log'}"
                    )
                await asyncio.sleep(POLL)
        self.say(f"{region.code}: {', '.join(places.OFFSETS)} are ready")

    def last_words(self, region: places.Region) -> str:
        """Why the region's app process ended, as far as its log says."""
        log = region.logs / "apps.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        return f"the apps of {region.code} ended; {log} says:\n" + "\n".join(lines[-1:])

    async def first_death(self) -> str:
        """Waits until a child ends by itself; says which."""
        while True:
            for name, process in self.children().items():
                if process.poll() is not None:
                    return f"{name} ended (exit code {process.returncode})"
            await asyncio.sleep(POLL)

    def children(self) -> dict[str, subprocess.Popen[bytes]]:
        """Every process of ours, by what a person calls it."""
        found = {f"the apps of {code}": process for code, process in self.apps.items()}
        for code, chosen in self.below.items():
            if chosen.postgres and chosen.postgres.process:
                found[f"PostgreSQL of {code}"] = chosen.postgres.process
            if chosen.nats and chosen.nats.process:
                found[f"NATS of {code}"] = chosen.nats.process
        return found

    async def stop(self) -> None:
        """Apps first (they finish what they have in hand), then NATS, then PostgreSQL."""
        await asyncio.gather(
            *(asyncio.to_thread(child.stop, process, signal.SIGTERM, DRAIN) for process in self.apps.values())
        )
        await asyncio.gather(*(asyncio.to_thread(chosen.stop) for chosen in self.below.values()))
        for region in self.regions:
            (region.directory / "apps.pid").unlink(missing_ok=True)


def ready(url: str) -> bool:
    """What the app's /ready says."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
