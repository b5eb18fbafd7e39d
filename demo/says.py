"""What the demonstration prints: numbered chapters, each call with its answer, the reason, and every expectation."""

import json
import sys
from typing import Any

WIDTH = 100
held = 0


class Disappointed(Exception):
    """An expectation did not hold; the text says what was expected and what came."""


def chapter(number: int, title: str) -> None:
    """Begin a chapter."""
    print(f"\n{number:>2}. {title}\n    {'-' * (WIDTH - 4)}")


def sent(who: str, method: str, path: str, body: object = None) -> None:
    """Show a request."""
    print(f"    -> {who}: {method} {path}")
    if body is not None:
        print(f"       {_short(body)}")


def answered(status: int, body: object) -> None:
    """Show the decisive part of an answer."""
    print(f"    <- {status} {_short(body)}")


def why(text: str) -> None:
    """Say why it is so."""
    print(f"       why: {text}")


def note(text: str) -> None:
    """Show something that is neither call nor answer."""
    print(f"       {text}")


def expect(what: str, found: Any, wanted: Any) -> None:
    """Hold one expectation; Disappointed when it does not."""
    global held
    if found != wanted:
        raise Disappointed(f"expected {what}: {wanted!r}, but it is {found!r}")
    held += 1
    print(f"       ✓ {what}")


def _short(body: object) -> str:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text if len(text) <= 2 * WIDTH else text[: 2 * WIDTH - 1] + "…"


def fail(text: str) -> int:
    """Say what went wrong, for the exit code 1."""
    print(f"\n    ✗ {text}", file=sys.stderr)
    return 1
