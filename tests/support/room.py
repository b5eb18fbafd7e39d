"""Where what the tests make lies: in memory where there is enough, since a disk is slow to make files and to sync."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there has a name of its own
OURS = re.compile(r"jieli-[a-z]+-([0-9]+)-\w{8}")  # with the number of the process that it is for
ENOUGH = 12 * 2**30  # bytes


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A directory for a while, through which PostgreSQL can pass where it runs as nobody."""
    _tidy()
    made = Path(tempfile.mkdtemp(prefix=f"jieli-{name}-{os.getpid()}-", dir=_place()))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _place() -> str | None:
    # the servers may have to be copied beside their data
    if not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    free = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    return str(MEMORY) if free > ENOUGH else None


def _tidy() -> None:
    """Of tests that were killed nothing stays in memory."""
    for left in MEMORY.glob("jieli-*"):
        if (named := OURS.fullmatch(left.name)) and not psutil.pid_exists(int(named[1])):
            shutil.rmtree(left, ignore_errors=True)
