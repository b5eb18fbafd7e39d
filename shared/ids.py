"""Ids of things: UUIDv7 (RFC 9562), so that an index grows at its end."""

import uuid

import uuid_utils


def new() -> uuid.UUID:
    """A fresh UUIDv7."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)
