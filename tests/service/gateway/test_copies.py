"""A person's copy: decided, logged and promised like every call, gathered a few at a time, and nothing waits for it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiohttp import web
from joserfc import jws

from gateway.audit import sweep
from gateway.copies import commands, rules
from tests.support import governed
from tests.support.governed import Ask, Region, sound
from tests.support.until import until

COPY = "/v1/me/copy"
CONNECTIONS = 10  # of a gateway to its database


async def ask(region: Region, path: str = COPY, **changed: Any) -> httpx.Response:
    """A person's request for her copy, unless it is changed."""
    who = Ask(**{"referral": "hers", "kind": "resident", "roles": (), "bound": (), **changed})
    async with governed.client(region.gateway) as http:
        return await http.get(path, headers=region.token(who).headers("GET", path))


@pytest.fixture
async def hers(region: Region) -> AsyncIterator[Region]:
    """A region whose services answer that they keep nothing of her."""
    region.persons["hers"] = "0198aaaa-0000-7000-8000-000000000001"
    before, region.behind.body, region.behind.asked = region.behind.body, {}, []
    await region.look()
    yield region
    region.behind.body, region.behind.status, region.behind.answering = before, 200, None


async def test_every_section_is_asked_for_under_one_decision(hers: Region) -> None:
    before = await hers.size()
    answer = await ask(hers)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    assert list(answer.json()["kept"]) == [section.name for section in rules.SECTIONS]
    assert hers.behind.asked == [section.path for section in rules.SECTIONS]
    intent, outcome = (await hers.logged())[before:]
    assert (intent["operation"], intent["service"], outcome["outcome"]) == ("read_copy", "gateway", "released")
    assert {intent["decision"], outcome["decision"]} == {answer.headers["jieli-decision"]}
    assert answer.headers["jieli-receipt"]


async def test_it_is_printed_and_signed_too(hers: Region) -> None:
    page, signed = await ask(hers, f"{COPY}.pdf"), await ask(hers, f"{COPY}.jws")
    assert (page.headers["content-type"], page.content[:5]) == ("application/pdf", b"%PDF-")
    assert signed.headers["content-type"] == "application/jose"
    assert jws.extract_compact(signed.content).headers()["typ"] == "jieli-copy+jws"


@pytest.mark.parametrize("path", [COPY, f"{COPY}.pdf", f"{COPY}.jws"])
async def test_a_refusal_names_its_decision(hers: Region, path: str) -> None:
    """And says how to come back, where a fresh proof of who one is would do."""
    anybody = await ask(hers, path, kind="staff", roles=("officer",))
    assert (anybody.status_code, anybody.json()["code"]) == (403, "self-only")
    late = await ask(hers, path, proved=301)
    assert (late.status_code, late.json()["code"]) == (401, "authentication-too-old")
    assert 'max_age="300"' in late.headers["www-authenticate"]
    for refused in (anybody, late):
        assert refused.headers["jieli-decision"] == refused.json()["decision"]
    assert hers.behind.asked == []


async def test_without_one_apps_part_there_is_no_copy(hers: Region) -> None:
    hers.behind.status = 500
    before = await hers.size()
    failed = await ask(hers)
    assert (failed.status_code, failed.json()["code"]) == (502, "service-unavailable")
    assert (await hers.logged())[before:][-1]["outcome"] == "failed"


async def test_while_copies_wait_for_a_service_others_are_answered(hers: Region) -> None:
    """Two are gathered at a time; those that wait hold no connection to the database."""
    referral, over = await hers.referral(), asyncio.Event()
    people = [str(uuid.uuid4()) for _ in range(CONNECTIONS + 2)]
    hers.persons.update({each: each for each in people})

    async def hold(request: web.Request) -> None:
        if request.path != f"/v1/referrals/{referral}":
            await over.wait()

    async def all_decided() -> bool:
        return await hers.size() >= before + len(waiting) and len(hers.behind.asked) == 2

    hers.behind.answering, before = hold, await hers.size()
    waiting = [asyncio.create_task(ask(hers, referral=each)) for each in people]
    try:
        await until(all_decided)
        served = await hers.send(sound(referral))
        assert served.status_code == 200, served.text
        assert len(hers.behind.asked) == 3, "the referral, and what the two that are gathered began with"
    finally:
        over.set()
        answers = await asyncio.gather(*waiting)
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("second", [COPY, f"{COPY}.pdf"])
async def test_a_person_has_one_copy_made_at_a_time(hers: Region, second: str) -> None:
    over = asyncio.Event()

    async def hold(_request: web.Request) -> None:
        await over.wait()

    async def begun() -> bool:
        return bool(hers.behind.asked)

    hers.behind.answering = hold
    first = asyncio.create_task(ask(hers))
    try:
        await until(begun)
        refused = await ask(hers, second)
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-at-once")
    finally:
        over.set()
    assert (await first).status_code == 200
    assert (await ask(hers, second)).status_code == 200


async def test_a_copy_that_takes_too_long_is_given_up(hers: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    over = asyncio.Event()

    async def hold(_request: web.Request) -> None:
        await over.wait()

    hers.behind.answering = hold
    monkeypatch.setattr(commands, "PATIENCE", 0.2)
    try:
        late = await ask(hers)
    finally:
        over.set()
    assert (late.status_code, late.json()["code"]) == (502, "service-unavailable")


async def test_who_waits_too_long_for_a_turn_is_told(hers: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    over = asyncio.Event()

    async def hold(_request: web.Request) -> None:
        await over.wait()

    async def both() -> bool:
        return len(hers.behind.asked) == 2

    hers.behind.answering = hold
    others = [str(uuid.uuid4()) for _ in range(2)]
    hers.persons.update({each: each for each in others})
    making = [asyncio.create_task(ask(hers, referral=each)) for each in others]
    try:
        await until(both)
        monkeypatch.setattr(commands, "TURN", 0.2)
        told = await ask(hers)
        assert (told.status_code, told.json()["code"], told.headers["retry-after"]) == (503, "unavailable", "2")
    finally:
        over.set()
        await asyncio.gather(*making)


def test_a_copy_is_made_or_given_up_before_the_log_calls_it_unknown() -> None:
    assert 2 * commands.TURN + commands.PATIENCE < sweep.LATE.total_seconds()
