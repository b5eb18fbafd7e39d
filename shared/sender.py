"""Messages to phones, sent by what the settings say; a number and a text are never logged."""

import asyncio
import json
import logging
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import apprise
import httpx

from shared import problems
from shared.settings import Settings, is_placeholder

PATIENCE = 10.0  # seconds that the gateway has to answer
# Answers that say nothing against the message: our token (401, 403), a wait or a rate (RFC 6585, 4).
AGAIN = frozenset({401, 403, 408, 425, 429})
PLACES = re.compile(r"\{(to|text)\}")

NOT_SENT = problems.kind(
    503, "message-not-sent", "The message could not be sent now", "Try again; the way to phones is away or busy."
)
REFUSED = problems.kind(
    409, "message-refused", "The message cannot be sent", "Check the number: whoever sends messages does not take it."
)


class Sender(Protocol):
    """Sends one message to one number (E.164)."""

    async def send(self, to: str, text: str) -> None:
        """Hand the message over; 503 `message-not-sent` may be tried again, 409 `message-refused` may not."""


@dataclass(frozen=True)
class File:
    """Development and demonstration: lines of JSON in a file that only its owner reads."""

    path: Path

    async def send(self, to: str, text: str) -> None:
        """Append a line; it is on disk when this returns."""
        line = {"at": datetime.now(UTC).isoformat(), "to": to, "text": text}
        await asyncio.to_thread(self._append, json.dumps(line, ensure_ascii=False) + "\n")

    def _append(self, line: str) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True)
class Http:
    """A gateway for text messages that takes one JSON body a message; `body` is the text around {to} and {text}."""

    url: str
    body: str
    token_file: Path | None = None
    patience: float = PATIENCE

    def content(self, to: str, text: str) -> str:
        """The body of one message."""
        written = {"to": json.dumps(to)[1:-1], "text": json.dumps(text)[1:-1]}
        return PLACES.sub(lambda found: written[found[1]], self.body)

    async def send(self, to: str, text: str) -> None:
        """POST it, with the token as it lies there now; 2xx is sent, 4xx refused but for AGAIN, the rest not sent."""
        headers = {"content-type": "application/json"}
        try:
            if self.token_file:
                headers["authorization"] = f"Bearer {self.token_file.read_text(encoding='ascii').strip()}"
            async with (
                asyncio.timeout(self.patience),
                httpx.AsyncClient(timeout=self.patience, trust_env=False) as client,
            ):
                answer = await client.post(self.url, content=self.content(to, text), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise NOT_SENT() from None
        if answer.is_client_error and answer.status_code not in AGAIN:
            raise REFUSED()
        if not answer.is_success:
            raise NOT_SENT()


@dataclass(frozen=True)
class Apprise:
    """Any service that Apprise knows; `url` is its address of it, with {to} where the number belongs."""

    url: str

    def target(self, to: str) -> apprise.Apprise:
        """The service, ready to notify one number; empty (false) where Apprise cannot read the address."""
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its warnings quote addresses, numbers among them
        made = apprise.Apprise()
        made.add(self.url.replace("{to}", quote(to, safe="")))
        return made

    async def send(self, to: str, text: str) -> None:
        """Notify the number; Apprise does not say why it failed, so every failure may be tried again."""
        try:
            async with asyncio.timeout(PATIENCE):
                sent = await asyncio.to_thread(self.target(to).notify, body=text)
        except TimeoutError:
            raise NOT_SENT() from None
        if not sent:
            raise NOT_SENT()


def of(settings: Settings) -> Sender:
    """The sender of these settings; 503 `message-not-sent` where there is none."""
    if settings.sender == "http":
        return Http(settings.sender_url, settings.sender_body, token_file(settings))
    if settings.sender == "apprise":
        return Apprise(settings.sender_url)
    if settings.messages_file is None:
        raise NOT_SENT("JIELI_MESSAGES_FILE does not say where to.")
    return File(settings.messages_file)


def token_file(settings: Settings) -> Path | None:
    """Where the gateway's bearer token lies, if it wants one."""
    return settings.secrets_dir / settings.sender_token_file if settings.sender_token_file else None


def check(settings: Settings) -> None:
    """SettingsError when no message could leave."""
    if settings.sender == "http" and settings.sender_token_file:
        if is_placeholder(settings.key_file(settings.sender_token_file).strip()):
            raise settings.error(f"{token_file(settings)} holds no bearer token, or a placeholder.")
    if settings.sender == "apprise" and not Apprise(settings.sender_url).target("+8613900000000"):
        raise settings.error("JIELI_SENDER_URL is no address that Apprise can read.")
    if settings.sender == "file" and settings.messages_file is None:
        raise settings.error("JIELI_MESSAGES_FILE must say where JIELI_SENDER=file writes to.")
