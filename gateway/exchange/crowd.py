"""How many calls of one caller a gateway holds at once: one partner's storm leaves room for all others."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from shared import problems

AT_ONCE = 64  # calls of one organisation, or of one person; a service's pool has room for more than one such crowd
AGAIN = 1  # seconds

TOO_MANY = problems.kind(
    429, "too-many-at-once", "Too many calls of yours are under way", "Wait as Retry-After says; send fewer at once."
)


class Crowd:
    """Who has how many calls under way in this process."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()

    @contextlib.contextmanager
    def place(self, caller: str, most: int = AT_ONCE, again: int = AGAIN) -> Iterator[None]:
        """A place for one call while it lasts; 429 `too-many-at-once`, to come `again`, when the caller has `most`."""
        if self._inside[caller] >= most:
            raise TOO_MANY(retry_after=again)
        self._inside[caller] += 1
        try:
            yield
        finally:
            self._inside[caller] -= 1
            if not self._inside[caller]:
                del self._inside[caller]
