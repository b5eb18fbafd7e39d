"""What a system client may be registered with."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from services.identity.rules import clients, pages
from services.identity.rules.clients import CLIENT, KEY
from shared.problems import Problem

PAIR = ECKey.generate_key("P-256")
JWK: dict[str, Any] = dict(PAIR.as_dict(private=False))
EVERY = ["client_credentials", "authorization_code", "refresh_token", "password", "implicit"]


def test_of_a_key_only_the_public_point_is_kept_under_its_own_name() -> None:
    kept = clients.public(JWK | {"kid": "mine", "use": "sig", "alg": "ES256"})
    assert kept == {name: JWK[name] for name in ("crv", "kty", "x", "y")}
    assert clients.thumbprint(kept) == PAIR.thumbprint()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(PAIR.as_dict(private=True), id="private"),
        pytest.param({**JWK, "kty": "RSA"}, id="another type"),
        pytest.param({**JWK, "crv": "secp256k1"}, id="another curve"),
        pytest.param({**JWK, "y": JWK["x"]}, id="not on the curve"),
        pytest.param({**JWK, "x": None}, id="no x"),
        pytest.param({**JWK, "x": {}}, id="x is no text"),
        pytest.param({}, id="nothing"),
    ],
)
def test_anything_else_is_no_key(wrong: dict[str, Any]) -> None:
    with pytest.raises(Problem, match="client-key-unfit"):
        clients.public(wrong)


@given(st.lists(st.sampled_from(EVERY[:2]), unique=True), st.sampled_from(EVERY))
def test_a_grant_type_that_was_not_registered_is_never_allowed(grants: list[str], asked: str) -> None:
    expected = asked in grants or (asked == "refresh_token" and "authorization_code" in grants)
    assert clients.may_ask(grants, asked) is expected


@given(st.text(max_size=30))
def test_no_text_makes_the_check_of_addresses_fail_otherwise_than_by_its_code(text: str) -> None:
    for address in (text, f"https://{text}", f"http://127.0.0.1{text}", f"https://desk.example/{text}"):
        try:
            clients.check_redirect(address)
        except Problem as refused:
            assert refused.kind is clients.REDIRECT_UNFIT
        else:
            assert address.startswith(("https://", "http://"))
            assert "#" not in address


def test_a_client_begins_as_a_proposal_and_ends_for_good() -> None:
    assert CLIENT.allowed(CLIENT.initial) == ["approve", "revoke"]
    assert CLIENT.allowed("revoked") == KEY.allowed("retired") == []


@pytest.mark.parametrize(("first", "second", "from_centre"), [("a", "a", True), ("a", "b", False)])
def test_it_takes_two_and_one_of_the_centre(first: str, second: str, from_centre: bool) -> None:
    clients.check_approval("a", "b", from_centre=True)
    with pytest.raises(Problem, match="second-person-needed"):
        clients.check_approval(first, second, from_centre)


def test_two_keys_at_most_and_one_at_least() -> None:
    clients.check_room({"a"})
    clients.check_rest("a", {"a", "b"})
    clients.check_rest("proposed", {"a"})
    with pytest.raises(Problem, match="client-keys-full"):
        clients.check_room({"a", "b"})
    with pytest.raises(Problem, match="client-key-last"):
        clients.check_rest("a", {"a"})


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=3), min_size=1))
def test_a_page_begins_where_the_one_before_ended(ids: list[str]) -> None:
    assert pages.after(pages.following(ids, len(ids))) == ids[-1]
    assert pages.following(ids, len(ids) + 1) is None
    assert pages.after(None) == ""


@pytest.mark.parametrize("cursor", ["x", "é", "gICA"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(Problem, match="cursor-invalid"):
        pages.after(cursor)
