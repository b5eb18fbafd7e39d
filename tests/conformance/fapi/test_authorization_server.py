"""FAPI 2.0 Security Profile, 5.3.2.1: what every authorization server has to refuse. One test for each clause."""

import base64
import hmac
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey

from demo.client import Region
from tests.conformance.fapi import forgeries
from tests.conformance.fapi.server import Server, granted
from tests.support.assertions import assertion, proof
from tests.support.relying import ASSERTION, FrontEnd
from tests.support.sign_in import claims_of

CREDENTIALS = {"grant_type": "client_credentials"}
WELL_KNOWN = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


def refused(answer: Any, status: int, error: str) -> None:
    assert (answer.status_code, answer.json().get("error")) == (status, error), answer.text
    assert "location" not in answer.headers


def test_5_3_2_1_01_metadata_is_published(stranger: FrontEnd) -> None:
    """Discovery metadata are given as OpenID Connect Discovery and RFC 8414 say."""
    one, other = (stranger.http.get(path).json() for path in WELL_KNOWN)
    assert one == other
    assert one["issuer"] == stranger.region.gateway_url
    for name in ("token_endpoint", "pushed_authorization_request_endpoint", "revocation_endpoint", "jwks_uri"):
        assert one[name].startswith(one["issuer"] + "/")


@pytest.mark.parametrize("grant_type", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", ""])
def test_5_3_2_1_02_no_password_grant(stranger: FrontEnd, grant_type: str) -> None:
    """The resource owner password credentials grant is refused, and whatever else is not offered."""
    form = {"grant_type": grant_type or "x", "username": "staff-610118-coordinator", "password": "x"}
    refused(stranger.token(form), 400, "unsupported_grant_type")
    assert grant_type not in stranger.metadata["grant_types_supported"]


def test_5_3_2_1_03_no_public_clients(portal: FrontEnd) -> None:
    """Clients that keep no secret are not served."""
    bare = {"client_id": portal.client, "client_assertion": "", "client_assertion_type": ""}
    refused(portal.token(CREDENTIALS | bare), 401, "invalid_client")
    refused(portal.redeem(portal.code(), **bare), 401, "invalid_client")
    assert "none" not in portal.metadata["token_endpoint_auth_methods_supported"]


def test_5_3_2_1_04_no_token_without_a_key(portal: FrontEnd) -> None:
    """Only sender-constrained access tokens are issued: none without a proof, whatever the grant."""
    refused(portal.token(CREDENTIALS, dpop=""), 400, "invalid_dpop_proof")
    code = {"grant_type": "authorization_code", "code": portal.code(), "code_verifier": portal.verifier}
    refused(portal.token(code | {"redirect_uri": portal.callback}, dpop=""), 400, "invalid_dpop_proof")


def test_5_3_2_1_05_tokens_are_bound_by_dpop(portal: FrontEnd) -> None:
    """Tokens are bound by mutual TLS or DPoP: the token names the thumbprint of the key that was proved."""
    answer = granted(portal)
    assert answer["token_type"] == "DPoP"
    assert claims_of(answer["access_token"])["cnf"] == {"jkt": portal.key.thumbprint()}


def secret_basic(system: FrontEnd) -> Any:
    bearer = base64.b64encode(f"{system.client}:secret".encode()).decode()
    headers = {"authorization": f"Basic {bearer}", "dpop": proof(system.key, system.token_url)}
    return system.http.post("/v1/token", data=CREDENTIALS, headers=headers)


def secret_post(system: FrontEnd) -> Any:
    bare = {"client_assertion": "", "client_assertion_type": ""}
    return system.token(CREDENTIALS | bare | {"client_id": system.client, "client_secret": "secret"})


def secret_jwt(system: FrontEnd) -> Any:
    claims = forgeries.assertion_claims(system.client, system.region.gateway_url)
    signed = forgeries.compact({"alg": "HS256"}, claims, lambda said: hmac.digest(b"secret", said, "sha256"))
    return system.token(CREDENTIALS | {"client_assertion": signed})


def another_type(system: FrontEnd) -> Any:
    return system.token(CREDENTIALS | {"client_assertion_type": ASSERTION.replace("jwt", "saml2")})


def another_key(system: FrontEnd) -> Any:
    stolen = assertion(ECKey.generate_key("P-256"), system.client, system.client, system.region.gateway_url)
    return system.token(CREDENTIALS | {"client_assertion": stolen})


def another_client(system: FrontEnd) -> Any:
    claims = {"iss": "org-610118-centre-desk", "sub": "org-610118-centre-desk"}
    return system.token(CREDENTIALS | system.proves(**claims) | {"client_id": system.client})


@pytest.mark.parametrize("ask", [secret_basic, secret_post, secret_jwt, another_type, another_key, another_client])
def test_5_3_2_1_06_clients_prove_themselves_by_private_key_jwt(
    portal: FrontEnd, ask: Callable[[FrontEnd], Any]
) -> None:
    """Clients are authenticated by mutual TLS or private_key_jwt, and by nothing else."""
    refused(ask(portal), 401, "invalid_client")
    assert portal.metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


@pytest.mark.parametrize(
    "address",
    ["https://evil.test/", "{}/", "{}?next=https://evil.test", "{}#x", "{}x", "http://127.0.0.1@evil.test/callback"],
)
def test_5_3_2_1_07_no_open_redirector(portal: FrontEnd, address: str) -> None:
    """No address of ours sends a browser to one that is not registered, exactly; an error is a page."""
    elsewhere = address.format(portal.callback)
    refused(portal.push(redirect_uri=elsewhere), 400, "invalid_request")
    asked = portal.asked | {"client_id": portal.client, "redirect_uri": elsewhere}
    page = portal.browser.http.get("/v1/authorize", params=asked)
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "audience", ["{}/", "{}/v1/token", "{}/v1/par", ["{}"], ["{}", "https://other.test"], "https://other.test", None]
)
def test_5_3_2_1_08_the_audience_is_our_issuer_as_one_string(portal: FrontEnd, audience: Any) -> None:
    """Only the issuer identifier, as a string, is taken as `aud` of a client's assertion; at every endpoint."""
    ours = portal.region.gateway_url
    named = [each.format(ours) for each in audience] if isinstance(audience, list) else audience
    wrong = named.format(ours) if isinstance(named, str) else named
    refused(portal.token(CREDENTIALS | portal.proves(aud=wrong)), 401, "invalid_client")
    refused(portal.push(**portal.proves(aud=wrong)), 401, "invalid_client")
    revoked = portal.http.post("/v1/token:revoke", data=portal.proves(aud=wrong) | {"token": "x"})
    refused(revoked, 401, "invalid_client")


def test_5_3_2_1_09_refresh_tokens_are_not_rotated(portal: FrontEnd) -> None:
    """The same refresh token serves again, so that an answer that got lost locks nobody out."""
    form = {"grant_type": "refresh_token", "refresh_token": granted(portal)["refresh_token"]}
    for _ in range(2):
        again = portal.token(form)
        assert (
            again.status_code == 200
            and again.json().get("refresh_token", form["refresh_token"]) == form["refresh_token"]
        )


async def test_5_3_2_1_11_a_code_lives_for_a_minute(portal: FrontEnd, server: Server) -> None:
    """Authorization codes live for 60 seconds at most."""
    young, old = portal.code(), portal.code()
    await server.later("code", young, 30)
    assert portal.redeem(young).status_code == 200
    await server.later("code", old, 60)
    refused(portal.redeem(old), 400, "invalid_grant")


def test_5_3_2_1_12_a_code_can_be_bound_to_a_key(portal: FrontEnd) -> None:
    """Authorization codes are bound to the DPoP key that the client names or proves when it asks (RFC 9449, 10)."""
    thief = ECKey.generate_key("P-256")
    form = {"grant_type": "authorization_code", "code_verifier": portal.verifier, "redirect_uri": portal.callback}
    push_url = portal.metadata["pushed_authorization_request_endpoint"]
    for bound in ({"dpop_jkt": portal.key.thumbprint()}, {"dpop": proof(portal.key, push_url)}):
        code = portal.code(**bound)
        refused(portal.token(form | {"code": code}, dpop=proof(thief, portal.token_url)), 400, "invalid_grant")
        assert portal.redeem(code).status_code == 200
    both = portal.push(dpop=proof(portal.key, push_url), dpop_jkt="x" * 43)
    refused(both, 400, "invalid_dpop_proof")


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_5_3_2_1_13_clocks_may_differ_by_ten_seconds_and_not_by_more_than_a_minute(
    system: FrontEnd, claim: str
) -> None:
    """A JWT's `iat` or `nbf` may lie up to 10 seconds ahead, and is refused when it lies more than 60 ahead."""
    for ahead in (0, 9):
        at = {claim: int(time.time()) + ahead}
        assert system.token(CREDENTIALS | system.proves(**at), proof(system.key, system.token_url, **at)).is_success
    far = {claim: int(time.time()) + 70}
    refused(system.token(CREDENTIALS | system.proves(**far)), 401, "invalid_client")
    refused(system.token(CREDENTIALS, proof(system.key, system.token_url, **far)), 400, "invalid_dpop_proof")


def test_5_3_2_1_13_what_is_old_is_refused(system: FrontEnd) -> None:
    """Neither an assertion that ran out, nor one that would live for ever, nor an old proof."""
    now = int(time.time())
    for times in ({"iat": now - 200, "exp": now - 1}, {"exp": now + 3600}, {"exp": None}, {"iat": None}, {"iat": "x"}):
        refused(system.token(CREDENTIALS | system.proves(**times)), 401, "invalid_client")
    refused(system.token(CREDENTIALS, proof(system.key, system.token_url, iat=now - 70)), 400, "invalid_dpop_proof")


def test_5_3_2_1_14_a_client_is_given_no_more_than_it_is_for(portal: FrontEnd, system: FrontEnd, there: Region) -> None:
    """Privileges are kept small: the portal signs in residents alone, a system nobody, and each token has one place."""
    refused(portal.push(scope="staff"), 400, "invalid_scope")
    refused(system.push(redirect_uri=system.callback), 400, "invalid_request")
    refused(system.token({"grant_type": "refresh_token", "refresh_token": "x"}), 400, "unauthorized_client")
    claims = claims_of(granted(portal)["access_token"])
    assert (claims["kind"], claims["aud"], "roles" in claims) == ("resident", portal.region.gateway_url, False)
    assert claims["exp"] - claims["iat"] <= 600 and claims["aud"] != there.gateway_url
