"""Quotas: counted exactly over several gateways, told as the draft says, and one partner's storm is its own affair."""

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from gateway.agreements.rules import Rate
from gateway.exchange import crowd
from tests.support import apps, governed
from tests.support.apps import RunningApp
from tests.support.governed import EDUCATION, HOUSING, Region, sound
from tests.support.until import until

USUAL = Rate(6000, 200_000, 300)
MINUTE = re.compile(r'"minute";r=(\d+);t=(\d+), "day";r=(\d+);t=(\d+)')


@pytest.fixture
async def other(region: Region) -> AsyncIterator[RunningApp]:
    """A second gateway over the same database."""
    async with apps.started(region.gateway.settings) as gateway:
        yield gateway


@pytest.fixture
async def fresh(region: Region) -> AsyncIterator[Region]:
    """Nothing was counted yet; afterwards the agreement is as wide as before."""
    await region.write("DELETE FROM quota")
    await region.write("DELETE FROM quota_referral")
    region.behind.body = {"id": "0199c0de-0000-7000-8000-000000000001", "fields": {"姓名": "某人"}}
    yield region
    await region.amend(EDUCATION, rate=USUAL)


async def test_a_good_answer_says_what_is_left(fresh: Region) -> None:
    referral = await fresh.referral()
    answer = await fresh.send(sound(referral))
    assert answer.status_code == 200, answer.text
    assert answer.headers["ratelimit-policy"] == '"minute";q=6000;w=60, "day";q=200000;w=86400'
    told = MINUTE.fullmatch(answer.headers["ratelimit"])
    assert told, answer.headers["ratelimit"]
    assert (told[1], told[3]) == ("5999", "199999")
    assert 0 < int(told[2]) <= 60
    assert 0 < int(told[4]) <= 86_400
    assert "retry-after" not in answer.headers


async def test_whoever_asked_too_much_is_told_when_to_come_back(fresh: Region) -> None:
    await fresh.amend(EDUCATION, rate=Rate(100, 2, 300))
    referral = await fresh.referral()
    answers = [await fresh.send(sound(referral)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    last = answers[-1]
    assert last.json()["code"] == "quota-exceeded"
    told = MINUTE.fullmatch(last.headers["ratelimit"])
    assert told and told[3] == "0"
    assert abs(int(last.headers["retry-after"]) - int(told[4])) <= 1


async def test_what_is_left_does_not_tell_whether_two_referrals_are_of_one_person(fresh: Region) -> None:
    """Of different people a partner learns nothing, until the day's number of them is reached."""
    first = await fresh.referral()
    same, another = await fresh.referral(person=fresh.persons[first]), await fresh.referral()
    answers = [await fresh.send(sound(referral)) for referral in (first, same, another)]
    told = [MINUTE.fullmatch(answer.headers["ratelimit"]) for answer in answers]
    assert [found[3] for found in told if found] == ["199999", "199998", "199997"]
    assert not any("people" in answer.headers["ratelimit-policy"] for answer in answers)


async def test_two_gateways_count_exactly_together(fresh: Region, other: RunningApp) -> None:
    await fresh.amend(EDUCATION, rate=Rate(1000, 30, 300))
    await governed.looked(other)
    referral, token = await fresh.referral(), fresh.token(sound("any"))
    through = (fresh.gateway, other)
    answers = await asyncio.gather(*(fresh.send(sound(referral), token, through[number % 2]) for number in range(80)))
    assert Counter(answer.status_code for answer in answers) == {200: 30, 429: 50}, answers[0].text
    left = sorted(int(found[3]) for answer in answers if (found := MINUTE.fullmatch(answer.headers["ratelimit"])))
    assert left == [0] * 51 + list(range(1, 30))
    counted = await fresh.rows(
        "SELECT calls FROM quota WHERE agreement = :agreement AND span = 'day'", agreement=EDUCATION
    )
    assert [row.calls for row in counted] == [30]


async def test_two_gateways_count_different_people_exactly_together(fresh: Region, other: RunningApp) -> None:
    await fresh.amend(EDUCATION, rate=Rate(1000, 1000, 5))
    await governed.looked(other)
    token = fresh.token(sound("any"))
    referrals = [await fresh.referral() for _ in range(12)]
    through = (fresh.gateway, other)
    answers = await asyncio.gather(
        *(fresh.send(sound(referral), token, through[number % 2]) for number, referral in enumerate(referrals * 2))
    )
    reached = {referral for referral, answer in zip(referrals * 2, answers, strict=True) if answer.status_code == 200}
    assert len(reached) == 5
    assert {answer.status_code for answer in answers} == {200, 429}


async def test_the_limit_does_not_tell_which_referrals_are_of_one_person(fresh: Region) -> None:
    await fresh.amend(EDUCATION, rate=Rate(1000, 1000, 1))
    person = str(uuid.uuid4())
    first, hers = await fresh.referral(person=person), await fresh.referral(person=person)
    a_strangers = await fresh.referral()
    token = fresh.token(sound("any"))
    assert (await fresh.send(sound(first), token)).status_code == 200
    refused = [(await fresh.send(sound(each), token)).json() for each in (hers, a_strangers)]
    assert [each["code"] for each in refused] == ["quota-exceeded"] * 2
    assert (await fresh.send(sound(first), token)).status_code == 200


async def test_one_partners_storm_leaves_room_for_the_others(fresh: Region) -> None:
    """The service answers nothing that education asks: its calls hang, and housing is served all the same."""
    stormy, calm = await fresh.referral(), await fresh.referral(HOUSING)
    over = asyncio.Event()

    async def hold(request: web.Request) -> None:
        if stormy in request.path:
            await over.wait()

    fresh.behind.answering = hold
    token = fresh.token(sound(stormy))
    storm = [asyncio.create_task(fresh.send(sound(stormy), token)) for _ in range(200)]
    try:

        async def refused() -> bool:
            return sum(task.done() for task in storm) >= 200 - crowd.AT_ONCE

        await until(refused)
        served = await asyncio.wait_for(fresh.send(sound(calm, HOUSING)), 10)
        assert served.status_code == 200, served.text
    finally:
        over.set()
        answers = await asyncio.gather(*storm)
        fresh.behind.answering = None
    assert Counter(answer.status_code for answer in answers) == {200: crowd.AT_ONCE, 429: 200 - crowd.AT_ONCE}
    sent_away = next(answer for answer in answers if answer.status_code == 429)
    assert (sent_away.json()["code"], sent_away.headers["retry-after"]) == ("too-many-at-once", "1")
    assert (await fresh.send(sound(stormy))).status_code == 200
