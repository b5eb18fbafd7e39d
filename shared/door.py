"""The one door to persons' keys: it wants to know on what grounds, and lets so many through in a minute."""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Literal

from prometheus_client import Counter

from shared import problems

MINUTE = 60.0  # seconds
TOO_MANY = problems.kind(
    503, "persons-keys-too-many", "Too much about too many people at once", "Try again in a minute."
)
_EVIDENCE: ContextVar[tuple[str, str]] = ContextVar("evidence", default=("", ""))


class NoEvidence(Exception):
    """Nobody said on what grounds a person's key is wanted: a fault of ours."""


@contextlib.contextmanager
def evidence(kind: Literal["decision", "event", "erasure", "job"], name: str) -> Iterator[None]:
    """What runs within may want persons' keys, on these grounds: the id of a decision, or what the platform does."""
    before = _EVIDENCE.set((kind, name))
    try:
        yield
    finally:
        _EVIDENCE.reset(before)


class Door:
    """Lets one process at as many keys in a minute as `most` says; `passed` counts them by their evidence."""

    def __init__(self, most: int, passed: Counter) -> None:
        self._most = most
        self._passed = passed
        self._minute = (0.0, 0)

    def enter(self, keys: int) -> None:
        """Raises NoEvidence, and 503 `persons-keys-too-many`."""
        kind, name = _EVIDENCE.get()
        if not name:
            raise NoEvidence
        began, count = self._minute
        if time.monotonic() - began >= MINUTE:
            began, count = time.monotonic(), 0
        if count + keys > self._most:
            self._passed.labels("refused").inc(keys)
            raise TOO_MANY()
        self._minute = (began, count + keys)
        self._passed.labels(kind).inc(keys)
