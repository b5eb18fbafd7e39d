"""Lists in pages by the ids that administrators chose: an opaque cursor, no totals."""

import base64
import binascii
from collections.abc import Sequence

from shared import problems


def after(cursor: str | None) -> str:
    """The id that the next page starts after; 400 `cursor-invalid`."""
    try:
        return base64.urlsafe_b64decode((cursor or "") + "==").decode("ascii")
    except (ValueError, binascii.Error):
        raise problems.CURSOR_INVALID() from None


def following(ids: Sequence[str], limit: int) -> str | None:
    """The cursor for what comes after a full page, or None."""
    if len(ids) < limit:
        return None
    return base64.urlsafe_b64encode(ids[-1].encode()).rstrip(b"=").decode()
