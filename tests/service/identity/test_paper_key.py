"""A person without a phone signs in by a key on paper and digits that she keeps in mind; a lost phone is replaced."""

import random
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from demo import family
from services.identity.rules import paper as rules
from services.identity.rules import sign_in
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.counter import person_of
from tests.support.helping import Resident
from tests.support.passkeys import Authenticator
from tests.support.sign_in import FrontEnd, claims_of
from tests.support.until import until

PIN = "294017"


def number() -> str:
    return family.phone(random.SystemRandom())


async def by_phone(portal: FrontEnd, phone: str) -> dict[str, Any]:
    """Sign in; what the token endpoint gives."""
    await portal.open(prompt="login")
    granted: dict[str, Any] = (await portal.redeem(await portal.send("/code", code=await portal.phone(phone)))).json()
    return granted


async def by_paper(portal: FrontEnd, key: str, pin: str = PIN) -> httpx.Response:
    """Type key and digits."""
    await portal.open(prompt="login")
    return await portal.send("/paper", key=key, pin=pin)


async def own(identity: RunningApp, person: str, path: str, body: object, **headers: str) -> httpx.Response:
    """Call as the gateway would let her; identity knows her by her own id."""
    async with identity.as_(grants.resident(identity.settings, person)) as http:
        return await http.post(path, json=body, headers=headers)


async def made(identity: RunningApp, person: str, pin: str = PIN) -> str:
    answer = await own(identity, person, "/v1/me/paper-key", {"pin": pin})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


@pytest.fixture
async def person(portal: FrontEnd) -> str:
    return person_of(portal.identity, (await by_phone(portal, number()))["access_token"])


async def test_a_key_on_paper_signs_the_same_person_in(portal: FrontEnd, person: str) -> None:
    key = await made(portal.identity, person)
    granted = (await portal.redeem(await by_paper(portal, key.lower().replace("-", " ")))).json()
    claims = claims_of(granted["access_token"])
    assert person_of(portal.identity, granted["access_token"]) == person
    assert (claims["acr"], claims["amr"]) == ("aal1", ["paper_key"])


async def test_the_sign_in_page_leads_to_paper(portal: FrontEnd) -> None:
    await portal.open()
    assert 'href="/sign-in/paper"' in await portal.page()
    page = await portal.http.get("/sign-in/paper")
    assert 'name="pin"' in page.text and 'href="/sign-in"' in page.text


async def test_a_new_key_ends_the_one_before(portal: FrontEnd, person: str) -> None:
    old, new = await made(portal.identity, person), await made(portal.identity, person, "112358")
    assert (await by_paper(portal, old)).status_code == 403
    assert (await by_paper(portal, new, "112358")).status_code == 303


async def test_a_new_key_ends_what_the_one_before_signed_in_to_and_nothing_else(portal: FrontEnd, person: str) -> None:
    phone = number()
    await replaced(portal, person, phone)
    old = await made(portal.identity, person)
    by_her_phone = (await by_phone(portal, phone))["refresh_token"]
    on_paper = (await portal.redeem(await by_paper(portal, old))).json()
    await made(portal.identity, person)
    refused = await portal.token({"grant_type": "refresh_token", "refresh_token": on_paper["refresh_token"]})
    assert refused.json()["error"] == "invalid_grant"
    still = await portal.token({"grant_type": "refresh_token", "refresh_token": by_her_phone})
    assert still.status_code == 200
    ended = claims_of(on_paper["access_token"])["sid"]

    async def told() -> bool:
        return ended in {event["session"] for event in portal.identity.bus.events("identity.session.ended.v1")}

    await until(told)


async def test_a_wrong_pin_and_a_key_that_nobody_has_look_the_same(portal: FrontEnd, person: str) -> None:
    key = await made(portal.identity, person)
    await portal.open(prompt="login")
    pages = [await portal.send("/paper", key=each, pin="940172") for each in (key, rules.fresh())]
    assert {page.status_code for page in pages} == {403}
    assert pages[0].text == pages[1].text
    mistyped = await by_paper(portal, key[:-1] + ("0" if key[-1] != "0" else "1"))
    assert mistyped.status_code == 422


async def test_wrong_digits_pause_and_the_tenth_ends_the_key(portal: FrontEnd, person: str) -> None:
    key = await made(portal.identity, person)
    tried = [(await by_paper(portal, key, "940172")).status_code for _ in range(sign_in.FREE + 1)]
    assert tried == [403] * sign_in.FREE + [429]
    assert (await by_paper(portal, key)).status_code == 429, "the right digits do not shorten the pause"
    for _ in range(rules.MOST_WRONG - sign_in.FREE):
        await wait_is_over(portal.identity)
        assert (await by_paper(portal, key, "940172")).status_code == 403
    await wait_is_over(portal.identity)
    assert (await by_paper(portal, key)).status_code == 403


async def wait_is_over(identity: RunningApp) -> None:
    async with identity.runtime.engine.begin() as connection:
        await connection.execute(text("UPDATE failure SET blocked_until = now()"))


async def test_right_digits_wipe_the_count(portal: FrontEnd, person: str) -> None:
    key = await made(portal.identity, person)
    for _ in range(3):
        for _ in range(rules.MOST_WRONG // 3 + 1):
            assert (await by_paper(portal, key, "940172")).status_code == 403
        assert (await by_paper(portal, key)).status_code == 303


async def test_a_key_is_shown_once_and_lies_nowhere(portal: FrontEnd, person: str) -> None:
    again = {"idempotency-key": str(uuid.uuid4())}
    first = await own(portal.identity, person, "/v1/me/paper-key", {"pin": PIN}, **again)
    second = await own(portal.identity, person, "/v1/me/paper-key", {"pin": PIN}, **again)
    assert first.headers["cache-control"] == "no-store"
    assert (second.status_code, second.json()["code"]) == (409, "answer-shown-once")
    key = first.json()["key"]
    async with portal.identity.runtime.engine.connect() as connection:
        names = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in names.scalars().all():
            rows = await connection.execute(text(f'SELECT "{name}"::text FROM "{name}"'))  # noqa: S608 - our own tables
            held = " ".join(rows.scalars().all())
            for secret in (key, rules.read(key), key.encode().hex(), rules.read(key).encode().hex()):
                assert secret not in held, name
    assert (await by_paper(portal, key)).status_code == 303


async def test_she_chooses_the_digits_of_her_own_key(portal: FrontEnd, person: str) -> None:
    refused = await own(portal.identity, person, "/v1/me/paper-key", {})
    assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid")


async def test_easily_guessed_digits_are_refused(portal: FrontEnd, person: str) -> None:
    refused = await own(portal.identity, person, "/v1/me/paper-key", {"pin": "123456"})
    assert (refused.status_code, refused.json()["code"]) == (422, "pin-weak")


async def test_passkeys_may_lie_in_a_lost_phone_and_end_with_it(portal: FrontEnd) -> None:
    lost, kept = Authenticator(), Authenticator()
    person = person_of(portal.identity, (await by_phone(portal, number()))["access_token"])
    assert (await lost.add(portal)).status_code == 303
    await by_phone(portal, number())
    assert (await kept.add(portal)).status_code == 303
    new = number()
    assert await replaced(portal, person, new) == (200, "replaced")
    await portal.open(prompt="login")
    assert (await lost.sign_in(portal)).status_code == 403
    assert (await kept.sign_in(portal)).status_code == 303, "somebody else's"
    await by_phone(portal, new)
    assert (await lost.add(portal)).status_code == 303, "what she still has she adds again"


async def test_a_lost_phone_is_replaced_and_every_session_ends(portal: FrontEnd) -> None:
    lost, new = number(), number()
    first = await by_phone(portal, lost)
    person = person_of(portal.identity, first["access_token"])
    key = await made(portal.identity, person)
    assert (await by_paper(portal, key)).status_code == 303
    assert await replaced(portal, person, new) == (200, "replaced")
    refused = await portal.token({"grant_type": "refresh_token", "refresh_token": first["refresh_token"]})
    assert refused.json()["error"] == "invalid_grant"
    assert (await portal.open()).headers["location"] == "/sign-in"
    assert person_of(portal.identity, (await by_phone(portal, new))["access_token"]) == person
    assert person_of(portal.identity, (await by_phone(portal, lost))["access_token"]) != person


async def test_a_paper_key_that_the_old_phone_made_ends_with_it(portal: FrontEnd, person: str) -> None:
    key = await made(portal.identity, person)
    answer = await confirmed(portal, person, number())
    assert answer.json() == {"state": "replaced", "paper_key_ended": True}
    assert (await by_paper(portal, key)).status_code == 403
    again = await confirmed(portal, person, number())
    assert again.json()["paper_key_ended"] is False, "there was none"


async def test_whoever_replaces_the_phone_on_paper_keeps_the_paper(portal: FrontEnd, person: str) -> None:
    key = await made(portal.identity, person)
    answer = await confirmed(portal, person, number(), "paper")
    assert answer.json() == {"state": "replaced", "paper_key_ended": False}
    assert (await by_paper(portal, key)).status_code == 303


async def test_a_new_key_ends_what_was_made_on_paper_before(portal: FrontEnd) -> None:
    """Whoever had the paper and the digits made a passkey with them; the session that it opened ends as well."""
    stolen, own, phone = Authenticator(), Authenticator(), number()
    person = person_of(portal.identity, (await by_phone(portal, phone))["access_token"])
    assert (await by_paper(portal, await made(portal.identity, person))).status_code == 303
    assert (await stolen.add(portal)).status_code == 303
    await portal.open(prompt="login")
    by_passkey = (await portal.redeem(await stolen.sign_in(portal))).json()
    assert person_of(portal.identity, (await by_phone(portal, phone))["access_token"]) == person
    assert (await own.add(portal)).status_code == 303
    await made(portal.identity, person)
    refused = await portal.token({"grant_type": "refresh_token", "refresh_token": by_passkey["refresh_token"]})
    assert refused.json()["error"] == "invalid_grant"
    await portal.open(prompt="login")
    assert (await stolen.sign_in(portal)).status_code == 403
    assert (await own.sign_in(portal)).status_code == 303, "made without paper"


async def test_a_new_key_ends_the_phone_that_the_one_before_put_in_place(portal: FrontEnd, person: str) -> None:
    theirs = number()
    await made(portal.identity, person)
    assert (await confirmed(portal, person, theirs, "paper")).status_code == 200
    stolen = await by_phone(portal, theirs)
    assert person_of(portal.identity, stolen["access_token"]) == person
    await made(portal.identity, person)
    refused = await portal.token({"grant_type": "refresh_token", "refresh_token": stolen["refresh_token"]})
    assert refused.json()["error"] == "invalid_grant"
    assert person_of(portal.identity, (await by_phone(portal, theirs))["access_token"]) != person


async def test_a_new_key_ends_help_and_the_code_for_a_helper(portal: FrontEnd) -> None:
    person, first, second = [await Resident(portal, number()).sign_in() for _ in range(3)]
    await first.help(person)
    code = await person.invite()
    await made(portal.identity, person.person)
    assert [each["state"] for each in await person.get("/v1/me/helpers")] == ["ended"]
    assert (await second.bring(code)).status_code == 403


async def replaced(portal: FrontEnd, person: str, phone: str) -> tuple[int, str]:
    """Ask for a code on the new phone and type it; status and what is said."""
    answer = await confirmed(portal, person, phone)
    return answer.status_code, answer.json().get("state") or answer.json()["code"]


async def confirmed(portal: FrontEnd, person: str, phone: str, proved_by: str = "own_device") -> httpx.Response:
    """The same, by a sign-in that was proved so."""
    before = len(portal.received(phone))
    caller = grants.resident(portal.identity.settings, person, proved_by=proved_by)
    async with portal.identity.as_(caller) as http:
        asked = await http.post("/v1/me/handles:replace", json={"phone": phone})
    assert (asked.status_code, asked.json()) == (202, {"state": "asked"})

    async def arrived() -> list[str]:
        return portal.received(phone)[before:]

    code = (await until(arrived))[0]
    async with portal.identity.as_(caller) as http:
        return await http.post("/v1/me/handles:confirm", json={"code": code})


async def test_the_same_phone_again_is_no_harm(portal: FrontEnd) -> None:
    phone = number()
    person = person_of(portal.identity, (await by_phone(portal, phone))["access_token"])
    assert await replaced(portal, person, phone) == (200, "replaced")
    assert person_of(portal.identity, (await by_phone(portal, phone))["access_token"]) == person


async def test_strangers_on_the_public_page_keep_nobody_from_a_new_phone(portal: FrontEnd, person: str) -> None:
    new = number()
    for _ in range(max(sign_in.CODES.values())):
        await portal.open(prompt="login")
        await portal.send("/phone", phone=new)
        await portal.send("/code", code="00000000")
    assert await replaced(portal, person, new) == (200, "replaced")


async def test_a_phone_that_signs_somebody_else_in_is_not_taken_from_them(portal: FrontEnd, person: str) -> None:
    theirs = number()
    other = person_of(portal.identity, (await by_phone(portal, theirs))["access_token"])
    assert await replaced(portal, person, theirs) == (409, "phone-taken")
    assert person_of(portal.identity, (await by_phone(portal, theirs))["access_token"]) == other


async def test_a_code_to_one_person_replaces_nothing_for_another(portal: FrontEnd, person: str) -> None:
    new = number()
    other = person_of(portal.identity, (await by_phone(portal, number()))["access_token"])
    await own(portal.identity, person, "/v1/me/handles:replace", {"phone": new})

    async def arrived() -> list[str]:
        return portal.received(new)

    code = (await until(arrived))[0]
    for _ in range(sign_in.CODE_TRIES):
        assert (await own(portal.identity, other, "/v1/me/handles:confirm", {"code": code})).status_code == 403
    assert (await own(portal.identity, person, "/v1/me/handles:confirm", {"code": code})).status_code == 200
    assert (await own(portal.identity, person, "/v1/me/handles:confirm", {"code": code})).status_code == 403


async def test_the_token_of_an_ended_session_makes_no_way_in(portal: FrontEnd, person: str) -> None:
    """A gateway takes it for up to five seconds more: long enough for a program that waits on the lost phone."""
    phone = number()
    await replaced(portal, person, phone)
    stolen = claims_of((await by_phone(portal, phone))["access_token"])["sid"]
    assert (await replaced(portal, person, number()))[0] == 200
    caller = grants.resident(portal.identity.settings, person, session=stolen)
    async with portal.identity.as_(caller) as http:
        answers = [
            await http.post("/v1/me/paper-key", json={"pin": PIN}),
            await http.post("/v1/me/handles:replace", json={"phone": number()}),
            await http.post("/v1/me/helper-invitations", json={"days": 30}),
        ]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(401, "session-over")] * 3
