"""Gathering: each app is asked for its part, under a grant of its own, by the id that it alone knows."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway.copies import document, rules
from gateway.copies.rules import Section
from gateway.exchange.calls import Call
from gateway.exchange.desk import Desk
from gateway.exchange.forward import SERVICE_UNAVAILABLE, Outgoing
from shared import problems

GATHERED, PRINTED = asyncio.Semaphore(2), asyncio.Semaphore(1)  # at a time in one process; the next ones wait
TURN = 10.0  # seconds that one waits
PATIENCE = 30.0  # seconds for all the parts of one copy; with both turns less than the log's sweep lets a call take
THERE_IS_NONE = frozenset({404, 409})  # no such thing of hers, or it went with a joined record


async def gather(at: Desk, call: Call) -> bytes:
    """The whole copy as JSON; one app that does not answer, and there is none."""
    async with _turn(GATHERED):
        try:
            async with asyncio.timeout(PATIENCE):
                kept, continued = await _sections(at, call)
        except TimeoutError:
            raise SERVICE_UNAVAILABLE() from None
    copy = {
        "region": call.region,
        "made_at": datetime.now(UTC),
        "accesses": f"{at.runtime.settings.public_url}/v1/me/accesses",
        "continued": continued,
        "kept": kept,
    }
    return msgspec.json.encode(copy)


async def print_out(copy: bytes) -> bytes:
    """The copy as a document (PDF)."""
    async with _turn(PRINTED):
        return await asyncio.to_thread(document.pdf, copy)


@contextlib.asynccontextmanager
async def _turn(places: asyncio.Semaphore) -> AsyncIterator[None]:
    """A place, once one is free; 503 where none is in time."""
    try:
        async with asyncio.timeout(TURN):
            await places.acquire()
    except TimeoutError:
        raise problems.UNAVAILABLE() from None
    try:
        yield
    finally:
        places.release()


async def _sections(at: Desk, call: Call) -> tuple[dict[str, object], dict[str, str]]:
    """What every app keeps, by section; and where to read on, of those that are longer."""
    kept: dict[str, object] = {}
    continued: dict[str, str] = {}
    for section in rules.SECTIONS:
        kept[section.name], more = await _section(at, call, section)
        if more:
            continued[section.name] = more
    return kept, continued


async def _section(at: Desk, call: Call, section: Section) -> tuple[object, str]:
    """What one route answers, or all its lines; and where to read on."""
    if not section.lists:
        return await _read(at, call, section.service, section.path), ""
    lines: list[object] = []
    path = f"{section.path}?limit={rules.PAGE}"
    while len(lines) < rules.MOST:
        page = await _read(at, call, section.service, path) or {}
        lines += [await _told(at, call, section, line) for line in page.get(section.lists, ())]
        if not page.get("next"):
            return lines, ""
        path = f"{section.path}?limit={rules.PAGE}&cursor={page['next']}"
    return lines, path


async def _told(at: Desk, call: Call, section: Section, line: Mapping[str, Any]) -> object:
    """One line, with all that its own route says of it."""
    if not section.each:
        return line
    return {**line, **(await _read(at, call, section.service, section.each.format(**line)) or {})}


async def _read(at: Desk, call: Call, service: str, path: str) -> Any:
    answer = await at.services.call(service, Outgoing("GET", path, {}), call.claims(at, service))
    if answer.status in THERE_IS_NONE:
        return None
    if answer.status != 200:
        raise SERVICE_UNAVAILABLE()
    return msgspec.json.decode(answer.body)
