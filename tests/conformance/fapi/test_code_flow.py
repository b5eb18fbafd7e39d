"""FAPI 2.0 Security Profile, 5.3.2.2: the authorization code flow. One test for each clause."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from demo.front_end import Browser, resident
from services.identity.rules.authorization import REQUEST_URN
from tests.conformance.fapi.server import Server, called, granted
from tests.support.relying import FrontEnd
from tests.support.until import until

WITHIN = 5.0  # seconds until the end of a session bites at the gateway


def refused(answer: httpx.Response, status: int, error: str) -> None:
    assert (answer.status_code, answer.json().get("error")) == (status, error), answer.text
    assert "location" not in answer.headers


def page(answer: httpx.Response, status: int = 400) -> None:
    """A page for the person, and no way on."""
    assert (answer.status_code, "location" in answer.headers) == (status, False), answer.headers
    assert answer.headers["content-type"].startswith("text/html")


def fresh(front_end: FrontEnd) -> Browser:
    return Browser.fresh(front_end.region.gateway_url)


@pytest.mark.parametrize("response_type", ["token", "id_token", "code id_token", "code token", "none", ""])
def test_5_3_2_2_01_only_codes(portal: FrontEnd, response_type: str) -> None:
    """The value of `response_type` is code."""
    refused(portal.push(response_type=response_type), 400, "unsupported_response_type")
    assert portal.metadata["response_types_supported"] == ["code"]


def test_5_3_2_2_02_requests_are_pushed_by_a_proven_client(portal: FrontEnd) -> None:
    """Pushed authorization requests with client authentication are supported, and what is pushed is what counts."""
    assert portal.metadata["require_pushed_authorization_requests"] is True
    assert portal.push().status_code == 201
    where = urlsplit(portal.address())
    changed = f"/v1/authorize?{where.query}&redirect_uri=https%3A%2F%2Fevil.test&state=other&scope=staff"
    back = portal.browser.http.get(changed).headers["location"]
    assert back.startswith(portal.callback) and parse_qs(urlsplit(back).query)["state"] == ["as-it-was"]


def test_5_3_2_2_03_requests_that_were_not_pushed_are_refused(portal: FrontEnd) -> None:
    """An authorization request without a pushed one ends on a page, even for whoever is signed in."""
    asked = portal.asked | {"client_id": portal.client}
    page(portal.browser.http.get("/v1/authorize", params=asked))
    page(portal.browser.http.get("/v1/authorize", params=asked | {"request_uri": "https://evil.test/request"}))
    page(portal.browser.http.get("/v1/authorize", params=asked | {"request_uri": f"{REQUEST_URN}{'x' * 43}"}))


def test_5_3_2_2_03_a_pushed_request_is_its_clients_own(portal: FrontEnd) -> None:
    """A reference serves the client that pushed it (RFC 9126, 4)."""
    request = portal.push().json()["request_uri"]
    other = {"client_id": "org-610118-centre-desk", "request_uri": request}
    page(portal.browser.http.get("/v1/authorize", params=other))


@pytest.mark.parametrize("left", ["client_assertion", "client_assertion_type"])
def test_5_3_2_2_04_nobody_pushes_without_proof(portal: FrontEnd, left: str) -> None:
    """Pushed requests without client authentication are refused."""
    refused(portal.push(**{left: "", "client_id": portal.client}), 401, "invalid_client")


PKCE: list[dict[str, str]] = [
    {"code_challenge": ""},
    {"code_challenge_method": ""},
    {"code_challenge_method": "plain"},
    {"code_challenge": "short"},
    {"code_challenge": "", "code_challenge_method": ""},
]


@pytest.mark.parametrize("changed", PKCE)
def test_5_3_2_2_05_pkce_by_sha_256(portal: FrontEnd, changed: dict[str, str]) -> None:
    """PKCE with S256 is required of every request."""
    refused(portal.push(**changed), 400, "invalid_request")
    assert portal.metadata["code_challenge_methods_supported"] == ["S256"]


def test_5_3_2_2_05_a_code_is_worth_nothing_without_its_verifier(portal: FrontEnd) -> None:
    """Neither without a verifier, nor with another, nor with the challenge in its place."""
    code = portal.code()
    for verifier in ("", "x" * 43, portal.challenge):
        refused(portal.redeem(code, code_verifier=verifier), 400, "invalid_grant")
    assert portal.redeem(code).status_code == 200


def test_5_3_2_2_06_the_redirect_uri_is_pushed(portal: FrontEnd) -> None:
    """`redirect_uri` is required in pushed requests, and again, the same, with the code (RFC 6749, 4.1.3)."""
    refused(portal.push(redirect_uri=""), 400, "invalid_request")
    code = portal.code()
    refused(portal.redeem(code, redirect_uri=""), 400, "invalid_grant")
    refused(portal.redeem(code, redirect_uri="http://127.0.0.1:81/callback"), 400, "invalid_grant")


def cancelled(front_end: FrontEnd) -> httpx.Response:
    front_end.open()
    return front_end.browser.http.post("/sign-in:cancel", data={"form": front_end.form()})


def test_5_3_2_2_07_the_answer_says_whose_it_is(portal: FrontEnd, stranger: FrontEnd) -> None:
    """`iss` is in the authorization response, of a success and of an error (RFC 9207)."""
    for answer in (portal.open(), cancelled(stranger)):
        assert parse_qs(urlsplit(answer.headers["location"]).query)["iss"] == [portal.metadata["issuer"]]
    assert portal.metadata["authorization_response_iss_parameter_supported"] is True


async def test_5_3_2_2_08_no_answer_goes_over_a_network_in_clear(portal: FrontEnd, server: Server) -> None:
    """Redirect URIs with http are not allowed, unless they lead to the person's own machine; though registered."""
    with_http = "http://portal.test/callback"
    change = "UPDATE client SET redirect_uris = array_{}(redirect_uris, '{}') WHERE id = '{}' RETURNING id"
    assert await server.rows(change.format("append", with_http, portal.client))
    try:
        refused(portal.push(redirect_uri=with_http), 400, "invalid_request")
    finally:
        await server.rows(change.format("remove", with_http, portal.client))
    assert portal.push(redirect_uri="http://127.0.0.1:4711/callback").status_code == 201, "RFC 8252, 7.3"


async def test_5_3_2_2_09_a_code_serves_once(signed_in: Callable[[], FrontEnd]) -> None:
    """A code that was used is refused, and what it was exchanged for ends: refresh and access token within 5 s."""
    portal = signed_in()
    code = portal.code()
    given = portal.redeem(code).json()
    assert called(portal, given["access_token"]).status_code == 200
    refused(portal.redeem(code), 400, "invalid_grant")
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    refused(portal.token(form), 400, "invalid_grant")

    async def ended() -> bool:
        return called(portal, given["access_token"]).json().get("code") == "token-revoked"

    await until(ended, WITHIN)


def test_5_3_2_2_10_credentials_are_not_sent_on(stranger: FrontEnd, phone: str) -> None:
    """A form with credentials in it is never answered by 307, with which the browser would send them on."""
    stranger.open()
    answer = resident(phone, stranger.region.messages_file)(stranger.browser)
    assert answer.headers["location"].startswith(stranger.callback)
    assert answer.request.method == "POST" and answer.status_code != 307


def test_5_3_2_2_11_browsers_are_sent_on_by_303(portal: FrontEnd, stranger: FrontEnd, phone: str) -> None:
    """Every redirection is a 303, so that a GET follows: to the page, back signed in, and back without."""
    opened, back = stranger.open(), resident(phone, stranger.region.messages_file)(stranger.browser)
    given = [opened, back, portal.open(), cancelled(FrontEnd(portal.region, "portal", portal.callback, fresh(portal)))]
    assert [answer.status_code for answer in given] == [303] * 4


async def test_5_3_2_2_12_a_pushed_request_waits_less_than_ten_minutes(portal: FrontEnd, server: Server) -> None:
    """`expires_in` of a `request_uri` is under 600 seconds, and it holds."""
    pushed = portal.push().json()
    assert 0 < pushed["expires_in"] < 600
    await server.later("request", pushed["request_uri"].removeprefix(REQUEST_URN), pushed["expires_in"])
    query = {"client_id": portal.client, "request_uri": pushed["request_uri"]}
    page(portal.browser.http.get("/v1/authorize", params=query))


def test_5_3_2_2_12_a_pushed_request_serves_once(portal: FrontEnd) -> None:
    """A `request_uri` serves one authorization (RFC 9126, 7.3)."""
    query = {"client_id": portal.client, "request_uri": portal.push().json()["request_uri"]}
    assert portal.browser.http.get("/v1/authorize", params=query).status_code == 303
    page(portal.browser.http.get("/v1/authorize", params=query))


def test_5_3_2_2_13_the_person_sees_for_whom_and_for_what(stranger: FrontEnd) -> None:
    """The page names the client, its organisation, and what it gets, before anything is typed."""
    stranger.open()
    shown = stranger.browser.http.get("/sign-in").text
    for said in (stranger.client, "鄠邑区便民服务中心", "得不到您的手机号码"):
        assert said in shown


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_5_3_2_2_02_nothing_is_hidden_in_a_pushed_request(portal: FrontEnd, name: str) -> None:
    """What is pushed is pushed as it is: a request that points elsewhere is refused (RFC 9126, 2.1)."""
    refused(portal.push(**{name: "urn:ietf:params:oauth:request_uri:x"}), 400, "invalid_request")


def test_5_3_2_2_a_sound_flow_works(portal: FrontEnd) -> None:
    """What all of these leave standing."""
    assert called(portal, granted(portal)["access_token"]).status_code == 200
