"""FAPI 2.0 Security Profile, 5.3.2.3: who was signed in is told by an ID token of OpenID Connect."""

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.fapi.server import called, granted
from tests.support.relying import FrontEnd


def identity(portal: FrontEnd, **asked: str) -> dict[str, Any]:
    """The claims of the ID token, by the keys that the server publishes."""
    keys = KeySet.import_key_set(portal.http.get("/.well-known/jwks.json").json())
    token = granted(portal, scope="resident openid", **asked)["id_token"]
    decoded = jwt.decode(token, keys, algorithms=portal.metadata["id_token_signing_alg_values_supported"])
    assert decoded.header["alg"] == "ES256"
    return dict(decoded.claims)


def test_5_3_2_3_01_an_id_token_is_given_to_whoever_asks_for_openid(portal: FrontEnd) -> None:
    """With the scope openid there is an ID token for this client, of this server, of now; without it there is none."""
    claims = identity(portal)
    assert (claims["iss"], claims["aud"]) == (portal.metadata["issuer"], portal.client)
    assert claims["iat"] - 60 <= time.time() < claims["exp"] and claims["acr"] == "aal1"
    assert "id_token" not in granted(portal)


def test_5_3_2_3_01_the_id_token_hides_the_person(portal: FrontEnd) -> None:
    """The subject is this client's own, and nothing else in it names her."""
    claims = identity(portal)
    assert claims["sub"] == identity(portal)["sub"]
    assert set(claims) <= {"iss", "aud", "sub", "iat", "exp", "acr", "auth_time", "sid", "nonce"}


def test_5_3_2_3_02_a_nonce_of_64_characters_is_repeated(portal: FrontEnd) -> None:
    """`nonce` may have up to 64 characters and comes back as it was; a longer one is refused."""
    assert identity(portal, nonce="n" * 64)["nonce"] == "n" * 64
    assert "nonce" not in identity(portal)
    assert portal.push(nonce="n" * 65).json()["error"] == "invalid_request"


def test_5_3_2_3_an_id_token_is_no_access_token(portal: FrontEnd) -> None:
    """It opens nothing at the gateway, whatever proof comes with it (RFC 9068, 2.1)."""
    given = granted(portal, scope="resident openid")
    assert called(portal, given["access_token"]).status_code == 200
    refused = called(portal, given["id_token"])
    assert (refused.status_code, refused.json()["code"]) == (401, "token-invalid")
