"""Both sides hear of a clock before it runs out: three working days before, and once for each step that sets one."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import chinese_calendar
import pytest
from sqlalchemy import text

from gateway.lifecycle import reminders
from tests.service.gateway import lives
from tests.service.gateway.lives import ANNA, CHEN, DAI, Lives
from tests.support.postgres import TestServer

STRANGER = ("org-610118-education", "staff-eli")
DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # of a year whose working days are known

SPOILT = (
    "INSERT INTO agreement (id, version, hash, consent_hash, state, body, valid_from, valid_until)"
    " VALUES ('agr-610118-centre-spoilt', 1, '', '', 'terminated', CAST(:body AS jsonb), now(), now())",
    "INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)"
    " VALUES ('agr-610118-centre-spoilt', 1, 'terminated', 'provider', '', '', now() - interval '1 year')",
)


@pytest.fixture(scope="module")
async def room(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lives]:
    async with lives.lives(postgres, tmp_path_factory.mktemp("gateway")) as there:
        there.moment = MONDAY
        yield there


async def told(room: Lives, who: tuple[str, str], agreement: str) -> list[dict[str, Any]]:
    answer = await room.officer(*who).get("/v1/agreements/reminders")
    return [each for each in answer.json()["reminders"] if each["agreement"] == agreement]


async def passes(room: Lives, moment: datetime) -> None:
    """The minute comes in two gateways at once."""
    await asyncio.gather(reminders.once(room.runtime, moment), reminders.once(room.runtime, moment))


async def due(room: Lives, agreement: str) -> datetime:
    (clock,) = (await room.life(agreement))["clocks"]
    return datetime.fromisoformat(clock["due"])


async def test_both_sides_hear_once_before_a_reply_is_late(room: Lives) -> None:
    name = "agr-610118-centre-remind"
    await room.offered(name)
    await passes(room, MONDAY)
    assert await told(room, ANNA, name) == []
    last = await due(room, name) - DAY
    for moment in (last, last + timedelta(hours=1)):
        await passes(room, moment)
    for who in (ANNA, CHEN):
        (reminder,) = await told(room, who, name)
        assert (reminder["kind"], reminder["side"], reminder["version"]) == ("reply", "consumer", 1)
        assert reminder["article"] == "政务数据共享条例 21"
        assert datetime.fromisoformat(reminder["due"]) == last + DAY
    assert await told(room, STRANGER, name) == []


async def test_a_namesake_of_a_party_of_another_region_hears_nothing(room: Lives) -> None:
    name = "agr-610118-centre-afar"
    with lives.written_before_parties_were_compared():
        await room.offered(name, consumer=lives.ELSEWHERE)
    await passes(room, await due(room, name) - DAY)
    assert [len(await told(room, who, name)) for who in (ANNA, ("org-621124-housing", "staff-fan"))] == [1, 0]


async def test_a_clock_that_cannot_be_told_keeps_no_other_from_it(
    room: Lives, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "agr-610118-centre-unspoilt"
    too_long = {"provider": {"region": "610118", "organisation": secrets.token_hex(8000)}}  # for the reminders' key
    async with room.runtime.engine.begin() as connection:
        for statement in SPOILT:
            await connection.execute(text(statement), {"body": json.dumps(too_long)} if ":body" in statement else {})
    await room.offered(name)
    await passes(room, await due(room, name) - DAY)
    assert len(await told(room, CHEN, name)) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "agreement_not_reminded" in line]
    assert {line["detail"] for line in lines} == {"agr-610118-centre-spoilt version 1"}


async def test_an_extended_reply_is_another_clock(room: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "agr-610118-centre-longer"
    await room.offered(name)
    await passes(room, await due(room, name) - DAY)
    monkeypatch.setattr(room, "moment", MONDAY + DAY)
    for who in (CHEN, DAI):
        await room.does(who, "extend", name, reason="需要评估")
    before = await told(room, CHEN, name)
    assert len(before) == 1
    await passes(room, await due(room, name) - DAY)
    assert len(await told(room, CHEN, name)) == 2


async def test_what_is_done_in_time_is_not_reminded_of(room: Lives) -> None:
    name = "agr-610118-centre-prompt"
    await room.offered(name)
    late = await due(room, name)
    await room.does(CHEN, "refuse", name, reason="没有法律依据")
    await passes(room, late)
    assert await told(room, ANNA, name) == []


async def test_the_receipt_of_deletion_is_reminded_of_after_the_end(room: Lives) -> None:
    name = "agr-610118-centre-deleted"
    await room.in_force(name)
    await room.does(ANNA, "terminate", name, reason="使用目的已实现")
    await passes(room, await due(room, name) - DAY)
    assert [each["kind"] for each in await told(room, CHEN, name)] == ["disposal"]


async def test_who_heard_before_the_last_day_was_known_hears_when_it_is(
    room: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "agr-610118-centre-year-end"
    monkeypatch.setattr(room, "moment", datetime(2098, 12, 24, 2, tzinfo=UTC))
    await room.offered(name, valid_until="2099-12-31T00:00:00+08:00")
    await passes(room, room.moment)
    assert [each["due"] for each in await told(room, CHEN, name)] == [None]
    monkeypatch.setattr(chinese_calendar, "is_workday", lambda day: day.weekday() < 5)
    last = await due(room, name)
    await passes(room, last - 7 * DAY)
    assert len(await told(room, CHEN, name)) == 1
    await passes(room, last - DAY)
    assert [each["due"] is None for each in await told(room, CHEN, name)] == [False, True]
