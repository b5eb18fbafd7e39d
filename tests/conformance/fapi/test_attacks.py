"""Attacks on the sign-in and on tokens from the outside: what a thief has in hand, and that it is worth nothing."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from demo.client import Region
from demo.front_end import Browser
from tests.conformance.fapi import forgeries
from tests.conformance.fapi.server import granted
from tests.support.assertions import proof
from tests.support.relying import FrontEnd

AT_ONCE = 8
FLOOD = 30  # more than identity has connections to its database
CREDENTIALS = {"grant_type": "client_credentials"}


def refused(answer: httpx.Response, status: int, error: str) -> None:
    assert (answer.status_code, answer.json().get("error")) == (status, error), answer.text


def at_once(ask: Callable[[], httpx.Response], many: int = AT_ONCE) -> list[int]:
    """The statuses of so many requests that are sent together, in order."""
    with ThreadPoolExecutor(many) as threads:
        waiting = [threads.submit(ask) for _ in range(many)]
        return sorted(each.result().status_code for each in waiting)


@pytest.fixture
def thief(here: Region, signed_in: Callable[[], FrontEnd]) -> FrontEnd:
    """Another person at the same portal, with a browser, a key and a verifier of his own."""
    return signed_in()


def test_a_code_of_another_session_is_worth_nothing(portal: FrontEnd, thief: FrontEnd) -> None:
    """Code injection: the thief's code in the person's browser, and hers in his, fail on the verifier."""
    mine, his = portal.code(), thief.code()
    refused(portal.redeem(his), 400, "invalid_grant")
    refused(thief.redeem(mine), 400, "invalid_grant")
    assert portal.redeem(mine).status_code == 200, "and it does her no harm"


def test_a_code_of_another_client_is_worth_nothing(portal: FrontEnd, here: Region) -> None:
    """A code serves the client that it was made for, though the other proves itself and knows the verifier."""
    desk = FrontEnd(here, "desk", here.callback, portal.browser, portal.key, portal.verifier)
    code = portal.code()
    refused(desk.redeem(code), 400, "invalid_grant")
    refused(portal.redeem(code, client_id=desk.client), 401, "invalid_client")
    assert portal.redeem(code).status_code == 200


def test_a_refresh_token_of_another_client_or_key_is_worth_nothing(portal: FrontEnd, here: Region) -> None:
    """Stolen refresh tokens are bound as access tokens are."""
    form = {"grant_type": "refresh_token", "refresh_token": granted(portal)["refresh_token"]}
    desk = FrontEnd(here, "desk", here.callback, portal.browser, portal.key)
    refused(desk.token(form), 400, "invalid_grant")
    other = proof(ECKey.generate_key("P-256"), portal.token_url)
    refused(portal.token(form, dpop=other), 400, "invalid_grant")
    assert portal.token(form).status_code == 200


def test_pkce_cannot_be_talked_away(portal: FrontEnd) -> None:
    """Downgrade: a request without a challenge is refused, and a code with one wants its verifier in any form."""
    refused(portal.push(code_challenge="", code_challenge_method=""), 400, "invalid_request")
    refused(portal.push(code_challenge=portal.verifier, code_challenge_method="plain"), 400, "invalid_request")
    code = portal.code()
    for verifier in ("", portal.verifier[:-1], portal.verifier + "x", portal.challenge):
        refused(portal.redeem(code, code_verifier=verifier), 400, "invalid_grant")


@pytest.mark.parametrize("trick", forgeries.TRICKS)
def test_no_other_algorithm_proves_a_client(system: FrontEnd, trick: str) -> None:
    """alg none and key confusion: what the holder of the public key can make proves nobody."""
    claims = forgeries.assertion_claims(system.client, system.region.gateway_url)
    made = forgeries.forged({"kid": system.signing_key.thumbprint()}, claims, system.signing_key)[trick]
    refused(system.token(CREDENTIALS | {"client_assertion": made}), 401, "invalid_client")


@pytest.mark.parametrize("trick", [each for each in forgeries.TRICKS if each != "a key in the header"])
def test_no_other_algorithm_proves_a_key(system: FrontEnd, trick: str) -> None:
    """The same for proofs: the public key of somebody else in the header, and no signature by it."""
    public = system.key.as_dict(private=False)
    claims = {"jti": "0123456789", "htm": "POST", "htu": system.token_url, "iat": int(time.time())}
    made = forgeries.forged({"typ": "dpop+jwt", "jwk": public}, claims, system.key)[trick]
    refused(system.token(CREDENTIALS, dpop=made), 400, "invalid_dpop_proof")


def test_an_assertion_serves_once_anywhere(portal: FrontEnd) -> None:
    """Replayed at the same endpoint or at another one: refused."""
    once = portal.proves()
    assert portal.push(**once).status_code == 201
    refused(portal.push(**once), 401, "invalid_client")
    refused(portal.token(CREDENTIALS | once), 401, "invalid_client")
    refused(portal.http.post("/v1/token:revoke", data=once | {"token": "x"}), 401, "invalid_client")


def test_a_proof_serves_once(system: FrontEnd) -> None:
    """Replayed with a fresh assertion: refused."""
    once = proof(system.key, system.token_url)
    assert system.token(CREDENTIALS, dpop=once).status_code == 200
    refused(system.token(CREDENTIALS, dpop=once), 400, "invalid_dpop_proof")


@pytest.mark.parametrize("changed", [{"htm": "GET"}, {"htu": "{}/v1/par"}, {"htu": "https://other.test/v1/token"}])
def test_a_proof_is_for_one_address(system: FrontEnd, changed: dict[str, str]) -> None:
    """A proof that was made for another request is refused."""
    claims = {name: value.format(system.region.gateway_url) for name, value in changed.items()}
    refused(system.token(CREDENTIALS, dpop=proof(system.key, system.token_url, **claims)), 400, "invalid_dpop_proof")


def test_of_many_at_once_one_is_served(system: FrontEnd, signed_in: Callable[[], FrontEnd]) -> None:
    """A race does not help: one assertion, one proof and one code serve one of eight requests that come together."""
    once = system.proves()
    assert at_once(lambda: system.token(CREDENTIALS | once)) == [200] + [401] * (AT_ONCE - 1)
    shown = proof(system.key, system.token_url)
    assert at_once(lambda: system.token(CREDENTIALS, dpop=shown)) == [200] + [400] * (AT_ONCE - 1)
    other = signed_in()
    code = other.code()
    assert at_once(lambda: other.redeem(code)) == [200] + [400] * (AT_ONCE - 1)
    assert at_once(lambda: other.redeem(code), FLOOD) == [400] * FLOOD, "and a flood of them stops nobody else"


def test_a_pushed_request_is_opened_once_of_many(portal: FrontEnd) -> None:
    """The same for a request that two browsers open."""
    where = portal.address().partition("?")[2]
    assert at_once(lambda: portal.browser.http.get(f"/v1/authorize?{where}")) == [303] + [400] * (AT_ONCE - 1)


STEPS: dict[str, dict[str, str]] = {
    "/sign-in/go-on": {},
    "/sign-in/password": {"staff": "staff-610118-coordinator", "password": "x", "code": "000000"},
    "/sign-in/phone": {"phone": "19900000000"},
    "/sign-in/code": {"code": "00000000"},
    "/sign-in/passkey-options": {},
    "/sign-in/passkey": {"credential": "{}"},
    "/sign-in/upstream": {},
    "/sign-in:cancel": {},
}


@pytest.mark.parametrize("step", STEPS)
def test_a_form_of_somebody_else_is_refused(stranger: FrontEnd, thief: FrontEnd, step: str) -> None:
    """CSRF and login CSRF: without a form, with another browser's form, and without the browser's cookie."""
    stranger.open()
    thief.open(prompt="login")
    own, other = stranger.form(), thief.form()
    http = stranger.browser.http
    for form in ("0" * 64, other):
        assert http.post(step, data=STEPS[step] | {"form": form}).status_code == 400
    assert http.post(step, data=STEPS[step]).status_code == 422
    bare = stranger.http.post(step, data=STEPS[step] | {"form": own})
    assert (bare.status_code, "location" in bare.headers) == (400, False)
    assert http.get("/sign-in").status_code == 200, "the person can go on"


ACCOUNT: dict[str, dict[str, str]] = {
    "/account/passkey-options": {},
    "/account/passkeys": {"credential": "{}"},
    "/account/passkeys/AAAA:remove": {},
    "/account/sessions/0198aaaa-0000-7000-8000-000000000000:end": {},
}


@pytest.mark.parametrize("path", ACCOUNT)
def test_ones_own_page_takes_no_form_of_somebody_else(portal: FrontEnd, thief: FrontEnd, path: str) -> None:
    """The same for passkeys and sessions."""
    other = thief.form("/account")
    for form in ("0" * 64, other):
        assert portal.browser.http.post(path, data=ACCOUNT[path] | {"form": form}).status_code == 400
    assert portal.browser.http.post(path, data=ACCOUNT[path]).status_code in (415, 422)
    assert portal.http.post(path, data=ACCOUNT[path] | {"form": other}).status_code == 401


def test_a_session_is_fresh_after_every_sign_in(here: Region, phone: str, signed_in: Callable[[], FrontEnd]) -> None:
    """Fixation: a cookie that somebody planted before the sign-in is not the session afterwards."""
    planted = "planted-by-somebody-else"
    portal = FrontEnd(here, "portal", here.callback, Browser.fresh(here.gateway_url))
    portal.browser.http.cookies.set("jieli_session", planted, domain="127.0.0.1")
    assert portal.open().headers["location"] == "/sign-in"
    known = signed_in().browser.http.cookies.jar
    assert planted not in {cookie.value for cookie in known if cookie.name == "jieli_session"}
    thief = Browser.fresh(here.gateway_url)
    thief.http.cookies.set("jieli_session", planted, domain="127.0.0.1")
    assert thief.http.get("/account").status_code == 401


def test_what_a_stranger_sends_is_answered_alike(system: FrontEnd) -> None:
    """Clients cannot be told apart by the errors: unknown, revoked and wrongly signed look the same."""
    unknown = system.proves(iss="org-610118-nobody", sub="org-610118-nobody")
    wrong: Any = system.proves()
    wrong["client_assertion"] = wrong["client_assertion"][:-4] + "AAAA"
    answers = [system.token(CREDENTIALS | each) for each in (unknown, wrong)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer.json()["error"] for answer in answers} == {"invalid_client"}


def test_nothing_on_the_way_keeps_a_token_or_a_page(portal: FrontEnd, stranger: FrontEnd) -> None:
    """Answers with secrets in them are not stored (RFC 6749, 5.1; RFC 9126, 2.2), pages neither."""
    stranger.open()
    answers = [
        portal.redeem(portal.code()),
        portal.push(),
        portal.open(),
        stranger.browser.http.get("/sign-in"),
        portal.browser.http.get("/account"),
    ]
    assert [answer.headers.get("cache-control") for answer in answers] == ["no-store"] * 5
