"""What was obtained on paper counts as paper for a day, whatever it opens; and nothing else does."""

import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from demo import family
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.counter import Officer, person_of
from tests.support.passkeys import Authenticator
from tests.support.sign_in import FrontEnd, claims_of
from tests.support.until import until

PIN = "294017"
BY_PHONE, BY_PASSKEY, ON_PAPER = ["phone_code"], ["passkey"], "paper_key"


def number() -> str:
    return family.phone(random.SystemRandom())


@pytest.fixture
async def counter(desk: FrontEnd, officer: Callable[[], str]) -> AsyncIterator[Officer]:
    yield await Officer(desk, officer()).sign_in()


async def methods(portal: FrontEnd, answer: httpx.Response) -> list[str]:
    """How the token says that it was proved."""
    return list(claims_of((await portal.redeem(answer)).json()["access_token"])["amr"])


async def by_phone(portal: FrontEnd, phone: str) -> list[str]:
    await portal.open(prompt="login")
    return await methods(portal, await portal.send("/code", code=await portal.phone(phone)))


async def by_passkey(portal: FrontEnd, key: Authenticator) -> list[str]:
    await portal.open(prompt="login")
    return await methods(portal, await key.sign_in(portal))


async def known(portal: FrontEnd, phone: str) -> str:
    """Somebody signed in by this phone, as identity knows her."""
    await portal.open(prompt="login")
    answer = await portal.send("/code", code=await portal.phone(phone))
    return person_of(portal.identity, (await portal.redeem(answer)).json()["access_token"])


async def by_paper(portal: FrontEnd, person: str) -> list[str]:
    """She makes a paper key, and is signed in by it."""
    async with portal.identity.as_(grants.resident(portal.identity.settings, person)) as http:
        key = (await http.post("/v1/me/paper-key", json={"pin": PIN})).json()["key"]
    await portal.open(prompt="login")
    return await methods(portal, await portal.send("/paper", key=key, pin=PIN))


async def replace(portal: FrontEnd, person: str, phone: str, proved_by: str) -> None:
    """A new phone, as the gateway would let her whose sign-in was proved so."""
    before = len(portal.received(phone))
    caller = grants.resident(portal.identity.settings, person, proved_by=proved_by)
    async with portal.identity.as_(caller) as http:
        await http.post("/v1/me/handles:replace", json={"phone": phone})

        async def arrived() -> list[str]:
            return portal.received(phone)[before:]

        answer = await http.post("/v1/me/handles:confirm", json={"code": (await until(arrived))[0]})
        assert answer.status_code == 200, answer.text


async def later(identity: RunningApp, **span: int) -> None:
    """Time goes by for whatever was obtained on paper, and for who is signed in."""
    async with identity.runtime.engine.begin() as connection:
        for table, column in (("handle", "paper_until"), ("passkey", "paper_until"), ("session", "authenticated_at")):
            statement = f"UPDATE {table} SET {column} = {column} - CAST(:span AS interval)"  # noqa: S608 - our own names
            await connection.execute(text(statement), {"span": timedelta(**span)})


async def test_a_phone_put_in_place_on_paper_counts_as_paper_for_a_day(portal: FrontEnd) -> None:
    person, new = await known(portal, number()), number()
    assert await by_paper(portal, person) == [ON_PAPER]
    await replace(portal, person, new, "paper")
    assert await by_phone(portal, new) == [*BY_PHONE, ON_PAPER]
    await later(portal.identity, hours=23, minutes=59)
    assert await by_phone(portal, new) == [*BY_PHONE, ON_PAPER]
    await later(portal.identity, minutes=1)
    assert await by_phone(portal, new) == BY_PHONE


async def test_a_phone_put_in_place_otherwise_is_her_phone_at_once(portal: FrontEnd) -> None:
    person, new = await known(portal, number()), number()
    await replace(portal, person, new, "own_device")
    assert await by_phone(portal, new) == BY_PHONE


async def test_a_passkey_made_on_paper_counts_as_paper_for_a_day(portal: FrontEnd) -> None:
    key = Authenticator()
    await by_paper(portal, await known(portal, number()))
    assert (await key.add(portal)).status_code == 303
    assert await by_passkey(portal, key) == [*BY_PASSKEY, ON_PAPER]
    await later(portal.identity, hours=24)
    assert await by_passkey(portal, key) == BY_PASSKEY


async def test_what_is_made_with_what_was_made_on_paper_is_on_paper_too(portal: FrontEnd) -> None:
    person, new, first, second = await known(portal, number()), number(), Authenticator(), Authenticator()
    await replace(portal, person, new, "paper")
    assert await by_phone(portal, new) == [*BY_PHONE, ON_PAPER]
    assert (await first.add(portal)).status_code == 303
    assert await by_passkey(portal, first) == [*BY_PASSKEY, ON_PAPER]
    assert (await second.add(portal)).status_code == 303
    assert await by_passkey(portal, second) == [*BY_PASSKEY, ON_PAPER]


async def test_a_passkey_made_on_her_own_device_is_no_paper(portal: FrontEnd) -> None:
    key = Authenticator()
    await known(portal, number())
    assert (await key.add(portal)).status_code == 303
    assert await by_passkey(portal, key) == BY_PASSKEY


async def test_a_browser_that_is_signed_in_on_paper_stays_so_at_the_next_front_end(portal: FrontEnd) -> None:
    person, new = await known(portal, number()), number()
    await replace(portal, person, new, "paper")
    await by_phone(portal, new)
    assert await methods(portal, await portal.open()) == [*BY_PHONE, ON_PAPER]


async def test_at_a_counter_such_a_phone_is_paper_too(counter: Officer, portal: FrontEnd) -> None:
    person, new = await known(portal, number()), number()
    await replace(portal, person, new, "paper")
    presence = await counter.present(new)
    claims = claims_of((await counter.exchange(presence)).json()["access_token"])
    assert claims["amr"] == ["counter_code", ON_PAPER]
    await later(portal.identity, hours=24)
    claims = claims_of((await counter.exchange(await counter.present(new))).json()["access_token"])
    assert claims["amr"] == ["counter_code"]


async def test_a_passkey_is_added_within_five_minutes_of_a_sign_in(portal: FrontEnd) -> None:
    phone, key = number(), Authenticator()
    await known(portal, phone)
    assert 'id="new-passkey"' in (await portal.http.get("/account")).text
    await later(portal.identity, seconds=301)
    assert 'id="new-passkey"' not in (await portal.http.get("/account")).text
    refused = await key.add(portal)
    assert (refused.status_code, "重新登录" in refused.text) == (401, True)
    await known(portal, phone)
    assert (await key.add(portal)).status_code == 303


async def test_a_passkey_that_was_asked_for_in_time_is_not_kept_too_late(portal: FrontEnd) -> None:
    await known(portal, number())
    await later(portal.identity, minutes=4)
    key = Authenticator()
    asked = await key.ask(portal)
    assert asked.status_code == 200
    await later(portal.identity, seconds=61)
    assert (await key.keep(portal, asked)).status_code == 401
