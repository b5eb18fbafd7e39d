"""The rules of signing in: what may be asked, how long it lasts, how often one may try, whom we believe."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules import authorization, sessions, sign_in, upstream
from services.identity.rules import secrets as digests
from shared.problems import Problem

CALLBACK = "https://desk.test/callback"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
ASKED = {
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "staff openid",
    "state": "x",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "request": "",
    "request_uri": "",
}
NOW = datetime(2026, 11, 24, tzinfo=UTC)
TOKEN = {"iss": "https://idp.test", "aud": "us", "nonce": "n", "sub": "s-1", "iat": 1000, "exp": 1300}
WANTED = upstream.Wanted("https://idp.test", "us", "n")


def test_the_published_verifier_belongs_to_its_challenge() -> None:
    assert authorization.verifies(VERIFIER, CHALLENGE)
    assert not authorization.verifies(VERIFIER[:-1] + "X", CHALLENGE)
    assert not authorization.verifies("", CHALLENGE)


def test_a_sound_request_is_taken() -> None:
    authorization.check(ASKED, [CALLBACK], ["staff"])
    assert authorization.kind(ASKED["scope"]) == "staff"


WRONG: list[tuple[dict[str, str], str]] = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"redirect_uri": "https://desk.test/callback/"}, "invalid_request"),
    ({"redirect_uri": ""}, "invalid_request"),
    ({"code_challenge": ""}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": VERIFIER + "="}, "invalid_request"),
    ({"scope": "resident"}, "invalid_scope"),
    ({"scope": "staff resident"}, "invalid_scope"),
    ({"scope": "openid"}, "invalid_scope"),
    ({"scope": "staff everything"}, "invalid_scope"),
    ({"state": "x" * 513}, "invalid_request"),
    ({"nonce": "n" * 65}, "invalid_request"),
    ({"state": "line\nbreak"}, "invalid_request"),
    ({"request": "a.b.c"}, "invalid_request"),
    ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
]


@pytest.mark.parametrize(("changed", "error"), WRONG)
def test_what_may_not_be_asked_is_refused_by_its_code(changed: dict[str, str], error: str) -> None:
    with pytest.raises(Problem) as refused:
        authorization.check(ASKED | changed, [CALLBACK], ["staff"])
    assert refused.value.extras["error"] == error


LOOPBACK = "http://127.0.0.1/callback"


@given(st.integers(0, 65_535))
def test_a_program_on_the_persons_own_machine_chooses_its_port(port: int) -> None:
    asked = ASKED | {"redirect_uri": f"http://127.0.0.1:{port}/callback"}
    authorization.check(asked, [LOOPBACK], ["staff"])
    authorization.check(ASKED | {"redirect_uri": f"http://[::1]:{port}/x"}, ["http://[::1]:1/x"], ["staff"])


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:80/other",
        "http://127.0.0.1:80@desk.test/callback",
        "http://127.0.0.1.desk.test/callback",
        "https://127.0.0.1:80/callback",
        "http://127.0.0.1:80/callback#fragment",
        "http://[::1]:80/callback",
    ],
)
def test_what_only_looks_like_the_persons_own_machine_is_not(address: str) -> None:
    with pytest.raises(Problem):
        authorization.check(ASKED | {"redirect_uri": address}, [LOOPBACK], ["staff"])


@pytest.mark.parametrize("address", ["http://desk.test/callback", "desk:callback", "http://localhost.desk.test/", ""])
def test_no_code_goes_over_a_network_in_clear(address: str) -> None:
    with pytest.raises(Problem):
        authorization.check(ASKED | {"redirect_uri": address}, [address], ["staff"])


@pytest.mark.parametrize("address", [LOOPBACK, "http://desk.localhost:7100/callback", "http://localhost/", CALLBACK])
def test_it_may_stay_on_the_persons_machine(address: str) -> None:
    authorization.check(ASKED | {"redirect_uri": address}, [address], ["staff"])


@given(st.integers(0, 10_000))
def test_pauses_begin_after_five_failures_grow_and_end(failures: int) -> None:
    waits = sign_in.pause(failures)
    assert (waits == timedelta(0)) == (failures < sign_in.FREE)
    assert waits <= sign_in.pause(failures + 1) <= sign_in.LONGEST_PAUSE


@given(st.text(max_size=80))
def test_a_number_is_read_into_one_form_or_refused(typed: str) -> None:
    try:
        read = sign_in.phone(typed)
    except Problem:
        return
    assert read == sign_in.phone(read)
    assert read.startswith("+") and read[1:].isdigit() and read.isascii()


@pytest.mark.parametrize(
    "typed", ["13800001234", "+8613800001234", "138 0000 1234", "１３８００００１２３４", "(138)0000-1234"]
)
def test_ways_to_write_one_number(typed: str) -> None:
    assert sign_in.phone(typed) == "+8613800001234"


def test_a_session_ends_by_itself_and_by_being_left() -> None:
    assert sessions.lives("staff", NOW, NOW + timedelta(hours=1), NOW + timedelta(minutes=29))
    assert not sessions.lives("staff", NOW, NOW + timedelta(hours=1), NOW + timedelta(minutes=30))
    assert not sessions.lives("resident", NOW, NOW, NOW)


def test_levels_are_an_order() -> None:
    assert sessions.at_least("aal2", "aal1") and sessions.at_least("aal1", "") and sessions.at_least("aal1", "aal1")
    assert not sessions.at_least("aal1", "aal2")


def test_two_codes_are_hardly_ever_the_same_and_always_eight_digits() -> None:
    codes = {digests.code() for _ in range(200)}
    assert len(codes) > 190 and all(len(code) == 8 and code.isdigit() for code in codes)


def test_an_id_token_of_the_provider_for_us_for_this_request_is_believed() -> None:
    upstream.check_identity(TOKEN, WANTED, 1100)
    upstream.check_identity(TOKEN | {"auth_time": 1000}, replace(WANTED, signed_in_after=1000), 1100)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://other.test"},
        {"aud": "them"},
        {"aud": ["us", "them"]},
        {"nonce": "other"},
        {"nonce": None},
        {"sub": ""},
        {"exp": 1100},
        {"iat": 1111},
        {"exp": "1300"},
    ],
)
def test_any_other_id_token_is_not(changed: dict[str, Any]) -> None:
    with pytest.raises(Problem):
        upstream.check_identity(TOKEN | changed, WANTED, 1100)


@pytest.mark.parametrize("said", [{}, {"auth_time": 989}, {"auth_time": "1000"}])
def test_who_has_to_sign_in_anew_did(said: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        upstream.check_identity(TOKEN | said, replace(WANTED, signed_in_after=1000), 1100)
    assert "anew" in refused.value.detail


@pytest.mark.parametrize("changed", [{"iss": "https://other.test"}, {"state": "other"}, {"code": ""}])
def test_an_answer_of_another_provider_or_request_is_refused(changed: dict[str, str]) -> None:
    query = {"iss": "https://idp.test", "state": "s", "code": "c"}
    assert upstream.check_answer(query, "https://idp.test", "s") == "c"
    with pytest.raises(Problem):
        upstream.check_answer(query | changed, "https://idp.test", "s")


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "[" * 100_000])
def test_a_provider_that_talks_nonsense_is_away(text: str) -> None:
    with pytest.raises(Problem) as refused:
        upstream.read(text)
    assert refused.value.kind.status == 503
