"""Messages to phones, sent by what the setting says."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from shared import problems
from shared.settings import Settings


class Sender(Protocol):
    """Sends one message to one number (E.164)."""

    async def send(self, to: str, text: str) -> None:
        """Send it, or raise 503 `unavailable`."""


class FileSender:
    """Development and demonstration: a file instead of a telephone network."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, to: str, text: str) -> None:
        """Append a line."""
        line = json.dumps({"at": datetime.now(UTC).isoformat(), "to": to, "text": text}, ensure_ascii=False)
        await asyncio.to_thread(self._append, line + "\n")

    def _append(self, line: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(line)


def of(settings: Settings) -> Sender:
    """The sender of these settings."""
    if settings.messages_file is None:
        raise problems.UNAVAILABLE("No way to send messages is set up.")
    return FileSender(settings.messages_file)
