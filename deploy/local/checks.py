"""What is looked at before anything starts: rights, disk, ports, and that only one launcher runs per directory."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from deploy.local import places, ports
from deploy.local.child import LaunchError

FREE_DISK = 1 << 30  # bytes
LOCK = "launcher.lock"


def writable(directory: Path) -> None:
    """Makes the directory. Raises LaunchError when this account may not write there."""
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise LaunchError(
            f"cannot write to {directory} ({error.strerror}): set JIELI_RUN_DIR to a directory of yours"
        ) from None
    if not os.access(directory, os.W_OK | os.X_OK):
        raise LaunchError(f"cannot write to {directory}: set JIELI_RUN_DIR to a directory of yours")


def disk(directory: Path, needed: int = FREE_DISK) -> None:
    """Raises LaunchError when less than `needed` bytes are free where `directory` lies."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise LaunchError(
            f"{free / (1 << 20):.0f} MiB are free at {directory}, {needed / (1 << 20):.0f} are needed: "
            "make room, or set JIELI_RUN_DIR to another disk"
        )


def free_ports(region: places.Region, postgres: bool, nats: bool) -> None:
    """Raises LaunchError for the first port of the region that somebody else listens on."""
    for port, purpose in region.ports(postgres, nats).items():
        if ports.occupied(port):
            raise LaunchError(
                f"port {port} ({purpose} of region {region.code}) is occupied: stop what uses it, "
                f"or set {region.base_setting} to the first of 44 free ports"
            )


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Holds the directory's lock, which the kernel releases however we end. LaunchError when another holds it."""
    with (directory / LOCK).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            raise LaunchError(f"Jieli already runs here (process {holder}): use it, or `make stop` first") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(directory: Path) -> int | None:
    """The process that holds the directory's lock now, or None."""
    with contextlib.suppress(FileNotFoundError), (directory / LOCK).open("r", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read())
    return None
