"""The token endpoint meets assertions of any content: an OAuth error, never a fault of ours and never 503."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc.jwk import ECKey

from services.identity.rules import clients
from tests.support.apps import RunningApp
from tests.support.assertions import assertion, proof
from tests.support.sign_in import KEY, FrontEnd

HOLDER = ECKey.generate_key("P-256")
AUDIENCE = "http://gateway.test"


def token(header: str, payload: str) -> str:
    """A JWT of these texts, signed by nobody."""
    return ".".join(urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in (header, payload, "x"))


def claims(**changed: object) -> str:
    return json.dumps({"iss": "a-system", "sub": "a-system", "aud": AUDIENCE, "jti": "0123456789"} | changed)


ES256 = '{"alg":"ES256"}'
DEEP = "[" * 50_000
ODD = [
    pytest.param(token(ES256, DEEP), id="deep payload"),
    pytest.param(token('{"a":' + "[" * 3_000, claims()), id="deep header"),
    pytest.param(token('{"alg":"ES256","crit":5}', claims()), id="crit is no list"),
    pytest.param(token('{"alg":["ES256"]}', claims()), id="alg is a list"),
    pytest.param(token("[]", claims()), id="header is a list"),
    pytest.param(token(ES256, "[]"), id="payload is a list"),
    pytest.param(token(ES256, claims(sub="\u0000", iss="\u0000")), id="NUL"),
    pytest.param(token(ES256, claims(sub="\ud800", iss="\ud800")), id="lone surrogate"),
    pytest.param(token(ES256, claims(sub=["a-system"], iss={"a": 1})), id="names are no texts"),
    pytest.param(token(ES256, claims(sub="x" * 10_000, iss="x" * 10_000)), id="over-long names"),
    pytest.param("\ud800.a.b".encode("utf-8", "replace").decode(), id="no base64"),
    pytest.param("..", id="empty parts"),
    pytest.param("", id="nothing"),
]


async def ask(identity: RunningApp, **form: str) -> Any:
    async with identity.as_() as client:
        headers = {"dpop": proof(HOLDER, f"{AUDIENCE}/v1/token")}
        return await client.post("/v1/token", data=form, headers=headers)


@pytest.mark.parametrize("odd", ODD)
async def test_a_client_assertion_of_any_content(identity: RunningApp, odd: str) -> None:
    form = {"client_assertion_type": clients.CLIENT_ASSERTION, "client_assertion": odd}
    answer = await ask(identity, grant_type="client_credentials", **form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), answer.text


SECRETS = ["\u0000", "x" * 10_000, "..", "\n", "é" * 100]


@pytest.mark.parametrize("odd", SECRETS)
async def test_codes_and_refresh_tokens_of_any_content(desk: FrontEnd, odd: str) -> None:
    for form in (
        {"grant_type": "authorization_code", "code": odd},
        {"grant_type": "refresh_token", "refresh_token": odd},
    ):
        answer = await desk.token(form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), answer.text


@pytest.mark.parametrize("odd", [*ODD[:-1], pytest.param("a\u0000b", id="NUL in it")])
async def test_a_token_of_any_content_is_revoked_in_vain(identity: RunningApp, odd: str) -> None:
    async with identity.as_() as client:
        answer = await client.post("/v1/token:revoke", data={"token": odd, **proves()})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "changed", [{"jti": "a\u0000bcdefgh"}, {"jti": 5}, {"jti": None}, {"sub": 5}, {"sub": "a\u0000"}, {"exp": "x"}]
)
async def test_even_a_known_client_may_write_anything(identity: RunningApp, changed: dict[str, Any]) -> None:
    answer = await ask(identity, grant_type="client_credentials", **proves(**changed))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), answer.text


def proves(**changed: object) -> dict[str, str]:
    signed = assertion(KEY, "a-system", "a-system", AUDIENCE, **changed)
    return {"client_assertion_type": clients.CLIENT_ASSERTION, "client_assertion": signed}


async def test_what_cannot_be_stored_is_no_outage(identity: RunningApp) -> None:
    """Whatever still reaches the database and cannot be kept there is the caller's to mend."""
    async with identity.as_() as client:
        answer = await client.get("/v1/organizations/%00")
    assert (answer.status_code, answer.json()["code"]) == (422, "body-invalid")
