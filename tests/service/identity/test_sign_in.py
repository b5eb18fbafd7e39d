"""People sign in: staff by password and authenticator, residents by a code to the phone; and what never works."""

import dataclasses
import random
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from demo import family
from services.identity.rules import sign_in as rules
from tests.support import grants
from tests.support.sign_in import FrontEnd, claims_of, code_of
from tests.support.until import until

Unused = Callable[[], str]


def number() -> str:
    return family.phone(random.SystemRandom())


async def resident(portal: FrontEnd, phone: str) -> dict[str, Any]:
    await portal.open(prompt="login")
    answer = await portal.send("/code", code=await portal.phone(phone))
    return claims_of((await portal.redeem(answer)).json()["access_token"])


async def test_staff_sign_in_with_password_and_authenticator(desk: FrontEnd, unused: Unused) -> None:
    name = unused()
    assert (await desk.open()).headers["location"] == "/sign-in"
    answer = await desk.password(name)
    assert "state=as-it-was" in answer.headers["location"]
    assert "iss=http%3A%2F%2Fgateway.test" in answer.headers["location"]
    granted = (await desk.redeem(answer)).json()
    claims = claims_of(granted["access_token"])
    assert (claims["sub"], claims["roles"], claims["acr"]) == (name, ["officer"], "aal2")
    assert claims["cnf"] == {"jkt": desk.key.thumbprint()}
    assert time.time() - claims["auth_time"] < 60


async def test_a_resident_is_the_same_person_at_every_sign_in_and_nobody_else(portal: FrontEnd) -> None:
    phone = number()
    first, again, other = [await resident(portal, each) for each in (phone, f"+86 {phone}", number())]
    assert first["sub"] == again["sub"] != other["sub"]
    assert (first["kind"], first["acr"]) == ("resident", "aal1")


async def test_whoever_is_signed_in_goes_straight_back_unless_the_client_wants_a_fresh_proof(
    desk: FrontEnd, unused: Unused
) -> None:
    await desk.open()
    await desk.redeem(await desk.password(unused()))
    code_of(await desk.open())
    code_of(await desk.open(max_age="300"))
    assert (await desk.open(prompt="login")).headers["location"] == "/sign-in"


async def test_one_may_go_back_without_signing_in(desk: FrontEnd) -> None:
    await desk.open()
    answer = await desk.send(":cancel")
    assert "error=access_denied" in answer.headers["location"]
    assert (await desk.http.get("/sign-in")).status_code == 400


async def test_a_refresh_token_serves_its_client_and_key_while_the_session_lasts(
    desk: FrontEnd, unused: Unused
) -> None:
    await desk.open()
    granted = (await desk.redeem(await desk.password(unused()))).json()
    form = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    again = await desk.token(form)
    assert again.status_code == 200 and "refresh_token" not in again.json()
    assert (await desk.token(form, ECKey.generate_key("P-256"))).json()["error"] == "invalid_grant"
    assert (await desk.token(form | {"refresh_token": "x"})).json()["error"] == "invalid_grant"
    assert (await desk.http.post("/v1/token:revoke", data=desk.proves() | {"token": form["refresh_token"]})).is_success
    assert (await desk.token(form)).json()["error"] == "invalid_grant"


async def test_an_ended_session_is_told_to_everybody_and_opens_nothing(desk: FrontEnd, unused: Unused) -> None:
    name = unused()
    await desk.open()
    granted = (await desk.redeem(await desk.password(name))).json()
    session = claims_of(granted["access_token"])["sid"]
    mine, another = (grants.staff(desk.identity.settings, "org-a", "officer", name=each) for each in (name, "other"))
    async with desk.identity.as_(another) as http:
        assert (await http.post(f"/v1/staff-sessions/{session}:end")).status_code == 404
    async with desk.identity.as_(mine) as http:
        listed = (await http.get("/v1/staff-sessions")).json()["sessions"]
        assert [(each["id"], each["method"]) for each in listed] == [(session, "password_totp")]
        assert (await http.post(f"/v1/staff-sessions/{session}:end")).json()["state"] == "ended"
    refused = await desk.token({"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]})
    assert refused.json()["error"] == "invalid_grant"
    assert (await desk.open()).headers["location"] == "/sign-in"

    async def told() -> bool:
        ended = desk.identity.bus.events("identity.session.ended.v1")
        return session in {event["session"] for event in ended}

    await until(told)


async def test_a_code_of_the_authenticator_serves_once(desk: FrontEnd, unused: Unused) -> None:
    name = unused()
    await desk.open()
    shown = desk.shown(name)
    assert (await desk.password(name, shown)).status_code == 303
    await desk.open(prompt="login")
    assert (await desk.password(name, shown)).status_code == 403
    assert (await desk.password(name, desk.shown(name, 1))).status_code == 303


async def test_wrong_password_wrong_code_and_unknown_account_look_the_same(desk: FrontEnd, unused: Unused) -> None:
    name = unused()
    await desk.open()
    pages = [
        await desk.password(name, password="not the password at all"),
        await desk.password(name, password=desk.proof("other-1")["password"]),
        await desk.password(name, code="000000"),
        await desk.password("nobody-of-this-name"),
    ]
    assert {page.status_code for page in pages} == {403}
    assert len({page.text for page in pages}) == 1


async def test_strangers_who_fail_pause_strangers_and_never_a_browser_that_was_used_before(
    desk: FrontEnd, identity: Any, place: Any, unused: Unused
) -> None:
    name = unused()
    await desk.open()
    assert (await desk.password(name, desk.shown(name, -1))).status_code == 303
    async with identity.as_() as http:
        stranger = FrontEnd(identity, http, place)
        await stranger.open()
        tried = [(await stranger.password(name, code="000000")).status_code for _ in range(rules.FREE + 1)]
        assert tried == [403] * rules.FREE + [429]
        assert (await stranger.password(name)).status_code == 429, "the right password does not shorten the pause"
    await desk.open(prompt="login")
    assert (await desk.password(name)).status_code == 303


async def test_a_one_time_code_serves_once_in_the_browser_that_asked_and_is_guessed_five_times_at_most(
    portal: FrontEnd, identity: Any, place: Any
) -> None:
    await portal.open()
    code = await portal.phone(number())
    async with identity.as_() as http:
        thief = FrontEnd(identity, http, place, "portal", "resident")
        await thief.open()
        assert (await thief.send("/code", code=code)).status_code == 403
    assert (await portal.send("/code", code=code)).status_code == 303
    await portal.open(prompt="login")
    assert (await portal.send("/code", code=code)).status_code == 403
    code = await portal.phone(number())
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    assert {(await portal.send("/code", code=wrong)).status_code for _ in range(rules.CODE_TRIES)} == {403}
    assert (await portal.send("/code", code=code)).status_code == 403


async def test_a_number_gets_five_codes_an_hour_and_nobody_can_tell(portal: FrontEnd) -> None:
    phone = number()
    await portal.open()
    pages = [await portal.send("/phone", phone=phone) for _ in range(7)]
    assert len({(page.status_code, page.text) for page in pages}) == 1

    async def five() -> bool:
        return len(portal.received(phone)) == 5

    await until(five)


async def test_one_sign_in_has_codes_sent_to_five_numbers_and_nobody_can_tell(portal: FrontEnd) -> None:
    phones = [number() for _ in range(7)]
    await portal.open()
    pages = [await portal.send("/phone", phone=each) for each in phones]
    assert len({(page.status_code, page.text) for page in pages}) == 1
    await portal.open(prompt="login")
    last = number()
    await portal.phone(last)
    assert [len(portal.received(each)) for each in phones] == [1] * 5 + [0] * 2


async def test_strangers_have_no_more_codes_sent_in_an_hour_than_the_region_pays_for(
    portal: FrontEnd, identity: Any
) -> None:
    hers, first, second, paid_for = number(), number(), number(), 1
    await resident(portal, hers)
    async with identity.runtime.engine.connect() as connection:
        statement = "SELECT count(*) FROM one_time_code WHERE purpose = 'sign_in' AND NOT known"
        paid_for += int(await connection.scalar(text(statement)) or 0)
    runtime = identity.runtime
    settings = identity.settings.model_copy(update={"codes_per_hour": paid_for})
    identity.app.state.runtime = dataclasses.replace(runtime, settings=settings)
    mark = portal.http.cookies.pop("jieli_device")
    try:
        await portal.open(prompt="login")
        pages = [await portal.send("/phone", phone=each) for each in (first, second)]
        assert pages[0].text == pages[1].text
        portal.http.cookies.set("jieli_device", mark)
        assert (await portal.send("/code", code=await portal.phone(hers))).status_code == 303
    finally:
        identity.app.state.runtime = runtime
    assert [len(portal.received(each)) for each in (first, second)] == [1, 0]


async def test_strangers_who_ask_for_codes_leave_a_browser_that_was_used_before_its_own(
    portal: FrontEnd, identity: Any, place: Any
) -> None:
    phone = number()
    await resident(portal, phone)
    async with identity.as_() as http:
        stranger = FrontEnd(identity, http, place, "portal", "resident")
        await stranger.open()
        for _ in range(6):
            assert (await stranger.send("/phone", phone=phone)).status_code == 200
    await portal.open(prompt="login")
    assert (await portal.send("/code", code=await portal.phone(phone))).status_code == 303


async def test_numbers_known_and_unknown_get_the_same_page_and_the_same_words(portal: FrontEnd) -> None:
    known, unknown = number(), number()
    await resident(portal, known)
    await portal.open(prompt="login")
    pages = [await portal.send("/phone", phone=each) for each in (known, unknown)]
    assert pages[0].text == pages[1].text


@pytest.mark.parametrize("typed", ["", "abc", "12", "+1234567890123456", "１３８0000", "١٩٩١٢٣٤٥٦٧٨"])
async def test_what_is_no_number_is_said_so(portal: FrontEnd, typed: str) -> None:
    await portal.open()
    assert (await portal.send("/phone", phone=typed)).status_code == 422


async def test_a_client_may_want_a_surer_sign_in_than_a_code(portal: FrontEnd) -> None:
    await portal.open(acr_values="aal2")
    answer = await portal.send("/code", code=await portal.phone(number()))
    assert (answer.status_code, "surer" in answer.text) == (403, True)


async def test_a_form_of_another_site_is_refused(desk: FrontEnd, unused: Unused) -> None:
    await desk.open()
    answer = await desk.http.post(
        "/sign-in/password", data={"form": "0" * 64, "staff": unused(), "password": "x", "code": "1"}
    )
    assert answer.status_code == 400
    assert "text/html" in answer.headers["content-type"]


async def test_pages_protect_themselves(desk: FrontEnd) -> None:
    await desk.open()
    page = await desk.http.get("/sign-in")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    cookie = (await desk.open()).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie


async def _stolen(desk: FrontEnd, unused: Unused) -> httpx.Response:
    await desk.open()
    return await desk.password(unused())


async def test_a_code_that_is_used_twice_ends_the_session(desk: FrontEnd, unused: Unused) -> None:
    answer = await _stolen(desk, unused)
    granted = (await desk.redeem(answer)).json()
    assert (await desk.redeem(answer)).json()["error"] == "invalid_grant"
    refused = await desk.token({"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]})
    assert refused.json()["error"] == "invalid_grant"
