"""FAPI 2.0 Security Profile, 5.3.4: what the gateway refuses as a resource server. One test for each clause."""

import time
from collections.abc import Callable

import httpx
import pytest
from joserfc.jwk import ECKey

from demo.client import Region
from demo.front_end import Browser, resident
from tests.conformance.fapi import forgeries
from tests.conformance.fapi.server import OWN, Server, called, granted, proved
from tests.support.relying import FrontEnd, code_of
from tests.support.sign_in import claims_of
from tests.support.until import until

WITHIN = 5.0  # seconds until a revocation bites


def refused(answer: httpx.Response, code: str, error: str = "invalid_token") -> None:
    """401 with this code, and a challenge that says how to come back (RFC 9449, 7.1)."""
    assert (answer.status_code, answer.json()["code"]) == (401, code), answer.text
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith("DPoP ") and (f'error="{error}"' in challenge if error else "error=" not in challenge)


@pytest.fixture
def token(portal: FrontEnd) -> str:
    return str(granted(portal)["access_token"])


def test_5_3_4_01_tokens_come_in_the_header(portal: FrontEnd, token: str) -> None:
    """Access tokens are taken from the Authorization header, by the scheme DPoP."""
    assert called(portal, token).status_code == 200
    refused(called(portal, token, authorization=""), "token-missing", "")
    refused(called(portal, token, authorization=f"Bearer {token}"), "token-missing", "")


def test_5_3_4_02_tokens_in_the_query_are_not_looked_at(portal: FrontEnd, token: str) -> None:
    """Access tokens in the query string are not accepted."""
    for name in ("access_token", "token"):
        answer = portal.http.get(f"{OWN}?{name}={token}", headers={"dpop": own(portal, token)})
        refused(answer, "token-missing", "")


def test_5_3_4_03_validity(portal: FrontEnd, token: str, server: Server) -> None:
    """Only tokens of this issuer for this gateway, of the type for access tokens, are valid."""
    assert called(portal, server.forged(token)).status_code == 200, "the tests sign as identity does"
    for changed in (
        {"iss": "https://other.test"},
        {"aud": "https://other.test"},
        {"aud": [portal.client]},
        {"cnf": None},
    ):
        refused(called(portal, server.forged(token, **changed)), "token-invalid")
    refused(called(portal, server.forged(token, header={"typ": "JWT"})), "token-invalid")


def test_5_3_4_03_integrity(portal: FrontEnd, token: str, server: Server) -> None:
    """Only tokens that were signed by identity's key, and not changed since, are valid; and by no other algorithm."""
    header, _, signature = token.split(".")
    changed = server.forged(token, sub="somebody else").split(".")[1]
    refused(called(portal, f"{header}.{changed}.{signature}"), "token-invalid")
    refused(called(portal, server.forged(token, ECKey.generate_key("P-256"))), "token-invalid")
    shown = {"typ": "at+jwt", "kid": server.key.thumbprint()}
    for trick, made in forgeries.forged(shown, claims_of(token), server.key).items():
        assert called(portal, made).json()["code"] == "token-invalid", trick


def test_5_3_4_03_expiration(portal: FrontEnd, token: str, server: Server) -> None:
    """Tokens that ran out are refused, one without an end too."""
    now = int(time.time())
    refused(called(portal, server.forged(token, iat=now - 700, exp=now - 1)), "token-expired")
    refused(called(portal, server.forged(token, exp=None)), "token-invalid")


async def test_5_3_4_03_revocation(portal: FrontEnd, token: str) -> None:
    """Tokens that were revoked are refused, at the latest 5 s later; others of the same person are not."""
    kept = granted(portal)["access_token"]
    assert called(portal, token).status_code == 200
    thief = FrontEnd(portal.region, "desk", portal.callback, portal.browser)
    assert portal.http.post("/v1/token:revoke", data=thief.proves() | {"token": token}).status_code == 200
    assert portal.http.post("/v1/token:revoke", data=portal.proves() | {"token": token}).status_code == 200

    async def ended() -> bool:
        return called(portal, token).status_code == 401

    await until(ended, WITHIN)
    refused(called(portal, token), "token-revoked")
    assert called(portal, kept).status_code == 200


async def test_5_3_4_03_only_the_client_itself_revokes(portal: FrontEnd, token: str, server: Server) -> None:
    """A token that another client names is not revoked (RFC 7009, 2.1)."""
    other = FrontEnd(portal.region, "desk", portal.callback, portal.browser)
    told = "SELECT count(*) AS told FROM outbox WHERE subject = 'identity.token.revoked.v1'"
    before = await server.rows(told)
    assert portal.http.post("/v1/token:revoke", data=other.proves() | {"token": token}).status_code == 200
    assert await server.rows(told) == before
    assert called(portal, token).status_code == 200


def test_5_3_4_03_a_token_of_the_other_region_opens_nothing_here(portal: FrontEnd, there: Region, phone: str) -> None:
    """The audience is one region's gateway: a sound token of another is refused."""
    other = FrontEnd(there, "portal", there.callback, Browser.fresh(there.gateway_url), portal.key)
    other.open()
    answer = resident(phone, there.messages_file)(other.browser)
    token = other.redeem(code_of(answer.headers["location"])).json()["access_token"]
    assert called(other, token).status_code == 200
    refused(called(portal, token), "token-invalid")


@pytest.mark.parametrize("path", ["/v1/staff-sessions", "/v1/cases", "/v1/referrals"])
def test_5_3_4_04_a_token_that_does_not_suffice_is_refused_otherwise(portal: FrontEnd, token: str, path: str) -> None:
    """What a token does not authorise is refused by 403 insufficient_scope (RFC 6750, 3.1)."""
    answer = called(portal, token, path)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_5_3_4_04_a_systems_token_is_no_persons(system: FrontEnd) -> None:
    """A system cannot do what only the person herself may do."""
    token = system.token({"grant_type": "client_credentials"}).json()["access_token"]
    answer = called(system, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "self-only")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def own(portal: FrontEnd, token: str) -> str:
    return proved(portal.key, portal.region.gateway_url + OWN, token)


PROOFS: dict[str, Callable[[FrontEnd, str], str]] = {
    "none": lambda portal, token: "",
    "of another key": lambda p, token: proved(ECKey.generate_key("P-256"), p.region.gateway_url + OWN, token),
    "for another address": lambda portal, token: proved(portal.key, portal.region.gateway_url, token),
    "for another token": lambda portal, token: own(portal, token + "x"),
    "two of them": lambda portal, token: f"{own(portal, token)}, {own(portal, token)}",
    "no JWT": lambda portal, token: "a.b.c",
}


@pytest.mark.parametrize("how", PROOFS)
def test_5_3_4_05_a_token_serves_the_holder_of_its_key(portal: FrontEnd, token: str, how: str) -> None:
    """Sender-constrained tokens are verified: without a fresh proof of the key, for this request, they open nothing."""
    refused(called(portal, token, dpop=PROOFS[how](portal, token)), "proof-invalid", "invalid_dpop_proof")
    assert called(portal, token).status_code == 200


def test_5_3_4_05_the_log_is_guarded_alike(portal: FrontEnd, system: FrontEnd, token: str) -> None:
    """The gateway's own resources want token and proof as those of the services do, and say the same."""
    path = "/v1/me/accesses"
    assert called(portal, token, path).status_code == 200
    refused(called(portal, token, path, authorization=""), "token-missing", "")
    refused(called(portal, token, path, dpop=own(portal, token)), "proof-invalid", "invalid_dpop_proof")
    other = system.token({"grant_type": "client_credentials"}).json()["access_token"]
    answer = called(system, other, path)
    assert (answer.status_code, answer.json()["code"]) == (403, "self-only")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_5_3_4_05_a_proof_serves_once(portal: FrontEnd, token: str) -> None:
    """A proof that was seen before is refused, though everything else about it holds."""
    shown = own(portal, token)
    assert called(portal, token, dpop=shown).status_code == 200
    refused(called(portal, token, dpop=shown), "proof-invalid", "invalid_dpop_proof")
