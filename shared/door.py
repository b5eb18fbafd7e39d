"""The one door to persons' keys: it wants to know on what grounds, and lets so many through in a minute."""

import contextlib
import time
from collections.abc import Collection, Iterator, Set
from contextvars import ContextVar
from typing import Literal, TypeAlias

from prometheus_client import Counter

MINUTE = 60.0  # seconds
Kind: TypeAlias = Literal["decision", "event", "erasure", "job"]
_EVIDENCE: ContextVar[tuple[str, str, set[str]]] = ContextVar("evidence", default=("", "", set()))


class NoEvidence(Exception):
    """Nobody said on what grounds a person's key is wanted: a fault of ours."""


class Crowded(OSError):
    """Too much about too many people at once; like anything that is away, it works again in a while."""


@contextlib.contextmanager
def evidence(kind: Kind, name: str, known: Set[str] = frozenset()) -> Iterator[None]:
    """What runs within may want persons' keys, on these grounds; those who are `known` were counted before."""
    before = _EVIDENCE.set((kind, name, set(known)))
    try:
        yield
    finally:
        _EVIDENCE.reset(before)


class Door:
    """Lets one process at as many keys in a minute as `most` says; `passed` counts them by their evidence.

    On one decision or event a person counts once, however many values of hers are opened; to a job each time.
    """

    def __init__(self, most: int, passed: Counter) -> None:
        self._most = most
        self._passed = passed
        self._minute = (0.0, 0)

    def enter(self, persons: Collection[str]) -> None:
        """Raises NoEvidence and Crowded."""
        kind, name, known = _EVIDENCE.get()
        if not name:
            raise NoEvidence
        fresh = set(persons) - known
        now = time.monotonic()
        began, count = self._minute if now - self._minute[0] < MINUTE else (now, 0)
        if count + len(fresh) > self._most:
            self._passed.labels("refused").inc(len(fresh))
            raise Crowded
        self._minute = (began, count + len(fresh))
        self._passed.labels(kind).inc(len(fresh))
        known.update(() if kind == "job" else fresh)
