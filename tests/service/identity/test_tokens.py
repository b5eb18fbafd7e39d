"""Getting a token: the proven caller gets one, everybody else the right OAuth error."""

import json
import time
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.identity.rules import clients
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.assertions import assertion, proof
from tests.support.sign_in import KEY, FrontEnd
from tests.support.until import until

HOLDER = ECKey.generate_key("P-256")
STRANGER = ECKey.generate_key("P-256")
AUDIENCE = "http://gateway.test"
TOKEN_URL = f"{AUDIENCE}/v1/token"
FAR = int(time.time()) + 9999


async def ask(identity: RunningApp, dpop: str | None = None, **form: str) -> Any:
    shown = proof(HOLDER, TOKEN_URL) if dpop is None else dpop
    async with identity.as_() as client:
        return await client.post("/v1/token", data=form, headers={"dpop": shown} if shown else {})


async def client_token(identity: RunningApp, signed: str, dpop: str | None = None, **more: str) -> Any:
    form = {"grant_type": "client_credentials", "client_assertion_type": clients.CLIENT_ASSERTION}
    return await ask(identity, dpop, **form | {"client_assertion": signed} | more)


async def claims_of(identity: RunningApp, answer: Any) -> dict[str, Any]:
    async with identity.as_() as client:
        keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
    return dict(jwt.decode(answer.json()["access_token"], ECKey.import_key(keys[0]), algorithms=["ES256"]).claims)


def jwt_id(token: str) -> str:
    return str(json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))["jti"])


async def test_a_client_proves_itself_by_its_key(identity: RunningApp) -> None:
    answer = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE))
    assert answer.status_code == 200
    claims = await claims_of(identity, answer)
    assert claims["organisation"] == "org-a"
    assert claims["kind"] == "client"
    assert claims["exp"] - claims["iat"] <= 600
    assert (answer.json()["token_type"], claims["cnf"]) == ("DPoP", {"jkt": HOLDER.thumbprint()})


async def test_an_assertion_serves_once(identity: RunningApp) -> None:
    signed = assertion(KEY, "a-system", "a-system", AUDIENCE)
    assert (await client_token(identity, signed)).status_code == 200
    replayed = await client_token(identity, signed)
    assert (replayed.status_code, replayed.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "refused",
    [
        {"grant_type": "authorization_code", "code": "of nobody"},
        {"grant_type": "refresh_token", "refresh_token": "of nobody"},
        {"authorization_details": "no list"},
    ],
)
async def test_an_assertion_and_a_proof_that_were_refused_together_serve_no_more(
    identity: RunningApp, refused: dict[str, str]
) -> None:
    signed, shown = assertion(KEY, "a-system", "a-system", AUDIENCE), proof(HOLDER, TOKEN_URL)
    assert (await client_token(identity, signed, shown, **refused)).status_code == 400
    replayed = await client_token(identity, signed)
    assert (replayed.status_code, replayed.json()["error"]) == (401, "invalid_client")
    fresh = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE), shown)
    assert (fresh.status_code, fresh.json()["error"]) == (400, "invalid_dpop_proof")


async def test_an_assertion_beside_a_proof_that_is_none_serves_no_more(identity: RunningApp) -> None:
    signed = assertion(KEY, "a-system", "a-system", AUDIENCE)
    refused = await client_token(identity, signed, "no proof")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_dpop_proof")
    assert (await client_token(identity, signed)).status_code == 401


async def test_an_assertion_of_a_refused_request_to_sign_in_serves_no_more(desk: FrontEnd) -> None:
    proves = desk.proves()
    refused = await desk.push(**proves, redirect_uri="https://elsewhere.test/")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    replayed = await desk.push(**proves)
    assert (replayed.status_code, replayed.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("signed", "error"),
    [
        pytest.param(lambda: assertion(STRANGER, "a-system", "a-system", AUDIENCE), "invalid_client", id="other key"),
        pytest.param(lambda: assertion(KEY, "nobody", "nobody", AUDIENCE), "invalid_client", id="unknown client"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", "http://other"), "invalid_client", id="audience"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", AUDIENCE, exp=1), "invalid_client", id="run out"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", AUDIENCE, exp=FAR), "invalid_client", id="long"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", AUDIENCE, jti=""), "invalid_client", id="no jti"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", [AUDIENCE]), "invalid_client", id="list"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", TOKEN_URL), "invalid_client", id="the endpoint"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", AUDIENCE, iat=FAR), "invalid_client", id="future"),
        pytest.param(lambda: assertion(KEY, "a-system", "other", AUDIENCE), "invalid_client", id="for another"),
        pytest.param(lambda: "not.a.token", "invalid_client", id="no JWT"),
        pytest.param(lambda: "e30.e30.", "invalid_client", id="no signature"),
    ],
)
async def test_what_proves_nothing_gets_no_token(identity: RunningApp, signed: Any, error: str) -> None:
    answer = await client_token(identity, signed())
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(lambda: "", id="none"),
        pytest.param(lambda: proof(HOLDER, f"{AUDIENCE}/v1/other"), id="another address"),
        pytest.param(lambda: proof(HOLDER, TOKEN_URL, "GET"), id="another method"),
        pytest.param(lambda: proof(HOLDER, TOKEN_URL, iat=1), id="old"),
    ],
)
async def test_no_token_without_a_proof_of_the_key_that_will_use_it(identity: RunningApp, shown: Any) -> None:
    answer = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE), shown())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


async def test_a_proof_serves_once(identity: RunningApp) -> None:
    shown = proof(HOLDER, TOKEN_URL)
    first = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE), shown)
    again = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE), shown)
    assert first.status_code == 200
    assert (again.status_code, again.json()["error"]) == (400, "invalid_dpop_proof")


async def test_a_token_is_bound_to_an_agreement_and_a_purpose(identity: RunningApp) -> None:
    wanted = {"type": "data_sharing_agreement", "identifier": "agr-1", "purpose": "school_enrolment"}
    signed = assertion(KEY, "a-system", "a-system", AUDIENCE)
    answer = await client_token(identity, signed, authorization_details=json.dumps([wanted]))
    assert answer.json()["authorization_details"] == [wanted]
    assert (await claims_of(identity, answer))["authorization_details"] == [wanted]


async def test_a_client_ends_its_own_tokens(identity: RunningApp) -> None:
    own = (await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE))).json()["access_token"]
    for token in (own, "no.token", own + "x"):
        signed = assertion(KEY, "a-system", "a-system", AUDIENCE)
        form = {"token": token, "client_assertion_type": clients.CLIENT_ASSERTION, "client_assertion": signed}
        async with identity.as_() as client:
            assert (await client.post("/v1/token:revoke", data=form)).status_code == 200

    async def told() -> list[dict[str, Any]]:
        return identity.bus.events("identity.token.revoked.v1")

    assert [event["token"] for event in await until(told)] == [jwt_id(own)]


async def test_nobody_else_ends_a_token(identity: RunningApp) -> None:
    async with identity.as_() as client:
        answer = await client.post("/v1/token:revoke", data={"token": "a.b.c"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_without_the_gateways_grant_nothing_is_answered(identity: RunningApp) -> None:
    async with identity.as_() as client:
        answer = await client.get("/v1/organizations", auth=None)
        assert answer.status_code == 401
        assert answer.json()["code"] == "grant-invalid"


async def test_a_grant_serves_one_call_on_one_path(identity: RunningApp) -> None:
    caller = grants.Caller(identity.settings, jti="the-same-grant-twice")
    async with identity.as_(caller) as client:
        assert (await client.get("/v1/organizations")).status_code == 200
        assert (await client.get("/v1/organizations")).status_code == 401


async def test_an_administrator_revokes_a_client_of_the_own_organisation_only(identity: RunningApp) -> None:
    async with identity.as_(grants.staff(identity.settings, "org-b", "administrator")) as other:
        assert (await other.post("/v1/clients/a-system:revoke")).status_code == 404
    async with identity.as_(grants.staff(identity.settings, "org-a", "administrator")) as own:
        assert (await own.post("/v1/clients/a-system:revoke")).json()["state"] == "revoked"
    answer = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE))
    assert answer.json()["error"] == "invalid_client"

    async def told() -> list[dict[str, Any]]:
        return identity.bus.events("identity.client.revoked.v1")

    assert await until(told) == [{"client": "a-system", "organization": "org-a"}]


async def test_the_seed_is_announced_once(identity: RunningApp) -> None:
    async def told() -> bool:
        return len(identity.bus.events("identity.organization.registered.v1")) == 3

    assert await until(told)
    async with identity.as_() as client:
        tree = (await client.get("/v1/organizations")).json()["organizations"]
    assert [entry["id"] for entry in tree] == ["org-a", "org-b", "org-centre"]
