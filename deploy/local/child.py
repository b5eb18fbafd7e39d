"""Child processes of the launcher: they end with their parent, are found again after a crash, are stopped by pid."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1  # linux/prctl.h


class LaunchError(Exception):
    """What keeps the platform from starting; its text is the one line that the operator sees."""


@dataclass(frozen=True)
class Identity:
    """The unprivileged account a child runs under."""

    uid: int
    gid: int


def unprivileged() -> Identity | None:
    """`nobody` when we are root (PostgreSQL refuses to run as root), None when the current account will do."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Identity(entry.pw_uid, entry.pw_gid)


def ends_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel sends it `number` when its parent dies; None where Linux is not.

    The signal follows the parent's *thread*: start children from the main thread only.
    """
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arm() -> None:
        library.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)  # the parent died between fork and prctl: nobody would ever stop us

    return arm


def start(
    command: list[str],
    log: Path,
    environ: dict[str, str],
    identity: Identity | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a child in its own process group (Ctrl-C reaches the launcher alone, which then stops in order).

    Both its outputs are appended to `log`; its input stays open as long as we live.
    Raises OSError when the command cannot be executed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environ,
            user=identity.uid if identity else None,
            group=identity.gid if identity else None,
            extra_groups=[] if identity else None,
            process_group=0,
            preexec_fn=ends_with_parent(on_parent_death),
        )


def stop(process: subprocess.Popen[bytes], number: signal.Signals, seconds: float) -> int:
    """Sends `number`, waits `seconds`, then kills. Returns the exit code (negative: the signal that ended it)."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    if process.stdin:
        process.stdin.close()
    return process.wait()


def stop_foreign(pid: int, number: signal.Signals, seconds: float) -> None:
    """The same for a process that is not our child (an orphan of an earlier start)."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.send_signal(number)
        try:
            process.wait(seconds)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(seconds)


def runs(pid: int, matches: Callable[[psutil.Process], bool]) -> bool:
    """Whether `pid` lives (a zombie does not) and is the process we mean: pids are used again after a reboot."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and matches(process)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
