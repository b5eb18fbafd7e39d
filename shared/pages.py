"""Lists in pages: an opaque cursor over (created_at, id)-ordered UUIDv7 ids, at most 200 a page, no totals."""

import base64
import uuid
from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from shared import problems

Limit = Annotated[int, Query(ge=1, le=200, description="At most this many.")]
Cursor = Annotated[str | None, Query(max_length=64, description="`next` of the page before.")]


def after(cursor: str | None) -> uuid.UUID | None:
    """The id that the next page starts after; 400 `cursor-invalid`."""
    if cursor is None:
        return None
    try:
        return uuid.UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError:
        raise problems.CURSOR_INVALID() from None


def following(ids: Sequence[uuid.UUID], limit: int) -> str | None:
    """The cursor for what comes after a full page, or None."""
    if len(ids) < limit:
        return None
    return base64.urlsafe_b64encode(ids[-1].bytes).rstrip(b"=").decode()
