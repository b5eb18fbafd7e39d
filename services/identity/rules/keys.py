"""Which key signs access tokens, and which may go: keys overlap, so that changing them refuses nobody."""

import itertools
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from services.identity.rules.tokens import LIFETIME

PUBLISHED_AHEAD = timedelta(minutes=5)  # a key is published for so long before it signs
LAST_TOKENS = timedelta(seconds=2 * LIFETIME)  # a key is published for so long after its last signature
NAME = re.compile(r"token(?:-([0-9]{14}))?\.pem")
STAMP = "%Y%m%d%H%M%S"


def name(made: datetime) -> str:
    """The file of a key made at that moment."""
    return f"token-{made.astimezone(UTC).strftime(STAMP)}.pem"


def made(file: str) -> datetime | None:
    """When the key in a file was made; `token.pem` is older than any other; None for other files."""
    found = NAME.fullmatch(file)
    if not found:
        return None
    try:
        return datetime.strptime(found[1] or "19700101000000", STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def in_order(files: Collection[str]) -> list[str]:
    """The files that hold signing keys, oldest first."""
    found = [(moment, file) for file in files if (moment := made(file))]
    return [file for _, file in sorted(found)]


def signing(files: Collection[str], now: datetime) -> str | None:
    """The newest key that everybody had time to fetch; the oldest while there is none, None without any."""
    ordered = in_order(files)
    ready = [file for file in ordered if _begins(file) <= now]
    return ready[-1] if ready else next(iter(ordered), None)


def finished(files: Collection[str], now: datetime) -> list[str]:
    """Those keys of which no token is alive any more, for certain."""
    ordered = in_order(files)
    return [file for file, successor in itertools.pairwise(ordered) if _begins(successor) + LAST_TOKENS <= now]


def _begins(file: str) -> datetime:
    moment = made(file)
    return moment + PUBLISHED_AHEAD if moment else datetime.max.replace(tzinfo=UTC)
