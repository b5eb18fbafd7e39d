"""Getting a token: the proven caller gets one, everybody else the right OAuth error."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.identity import rules
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.assertions import assertion
from tests.support.postgres import TestServer
from tests.support.until import until

KEY = ECKey.generate_key("P-256")
STRANGER = ECKey.generate_key("P-256")
AUDIENCE = "http://gateway.test"
PLACE = {"parent": None, "district": "610118", "services": []}
FAR = int(time.time()) + 9999
SEED = {
    "organizations": [
        {"organization": "org-a", "name": "教育局", "kind": "department", **PLACE},
        {"organization": "org-b", "name": "住建局", "kind": "department", **PLACE},
    ],
    "clients": [{"client": "a-system", "organization": "org-a", "jwk": KEY.as_dict(private=False)}],
    "staff": [{"staff": "staff-a", "organization": "org-a", "roles": ["officer"]}],
    "assertion_issuers": [{"issuer": "demonstration", "jwk": KEY.as_dict(private=False)}],
}


@pytest.fixture(scope="module")
async def identity(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    directory: Path = tmp_path_factory.mktemp("identity")
    seed = directory / "seed.json"
    seed.write_text(json.dumps(SEED))
    async with apps.running("identity", postgres, directory, seed_file=seed) as running:
        yield running


async def ask(identity: RunningApp, **form: str) -> Any:
    async with identity.as_() as client:
        return await client.post("/v1/token", data=form)


async def client_token(identity: RunningApp, signed: str) -> Any:
    form = {"grant_type": "client_credentials", "client_assertion_type": rules.CLIENT_ASSERTION}
    return await ask(identity, **form, client_assertion=signed)


async def bearer_token(identity: RunningApp, subject: str, **claims: object) -> Any:
    signed = assertion(KEY, "demonstration", subject, AUDIENCE, **claims)
    return await ask(identity, grant_type=rules.JWT_BEARER, assertion=signed)


async def claims_of(identity: RunningApp, answer: Any) -> dict[str, Any]:
    async with identity.as_() as client:
        keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
    return dict(jwt.decode(answer.json()["access_token"], ECKey.import_key(keys[0]), algorithms=["ES256"]).claims)


async def test_a_client_proves_itself_by_its_key(identity: RunningApp) -> None:
    answer = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE))
    assert answer.status_code == 200
    claims = await claims_of(identity, answer)
    assert claims["organisation"] == "org-a"
    assert claims["kind"] == "client"
    assert claims["exp"] - claims["iat"] <= 600


async def test_staff_carry_their_roles(identity: RunningApp) -> None:
    claims = await claims_of(identity, await bearer_token(identity, "staff:staff-a"))
    assert (claims["kind"], claims["roles"]) == ("staff", ["officer"])


async def test_a_resident_is_the_same_person_at_every_sign_in_and_nobody_else(identity: RunningApp) -> None:
    async def person(name: str) -> str:
        return str((await claims_of(identity, await bearer_token(identity, f"resident:{name}")))["sub"])

    first, again, other = await person("wang"), await person("wang"), await person("li")
    assert first == again != other
    assert "wang" not in first


async def test_an_assertion_serves_once(identity: RunningApp) -> None:
    signed = assertion(KEY, "a-system", "a-system", AUDIENCE)
    assert (await client_token(identity, signed)).status_code == 200
    replayed = await client_token(identity, signed)
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("signed", "error"),
    [
        pytest.param(lambda: assertion(STRANGER, "a-system", "a-system", AUDIENCE), "invalid_client", id="other key"),
        pytest.param(lambda: assertion(KEY, "nobody", "nobody", AUDIENCE), "invalid_client", id="unknown client"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", "http://other"), "invalid_grant", id="audience"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", AUDIENCE, exp=1), "invalid_grant", id="run out"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", AUDIENCE, exp=FAR), "invalid_grant", id="long"),
        pytest.param(lambda: assertion(KEY, "a-system", "a-system", AUDIENCE, jti=""), "invalid_grant", id="no jti"),
        pytest.param(lambda: assertion(KEY, "a-system", "other", AUDIENCE), "invalid_client", id="for another"),
        pytest.param(lambda: "not.a.token", "invalid_client", id="no JWT"),
        pytest.param(lambda: "e30.e30.", "invalid_client", id="no signature"),
    ],
)
async def test_what_proves_nothing_gets_no_token(identity: RunningApp, signed: Any, error: str) -> None:
    answer = await client_token(identity, signed())
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


async def test_an_unknown_member_of_staff_gets_no_token(identity: RunningApp) -> None:
    assert (await bearer_token(identity, "staff:nobody")).status_code == 400


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
        assert (await own.post("/v1/clients/a-system:revoke")).json() == {"id": "a-system", "state": "revoked"}
    answer = await client_token(identity, assertion(KEY, "a-system", "a-system", AUDIENCE))
    assert answer.json()["error"] == "invalid_client"

    async def told() -> list[dict[str, Any]]:
        return identity.bus.events("identity.client.revoked.v1")

    assert await until(told) == [{"client": "a-system", "organization": "org-a"}]


async def test_the_seed_is_announced_once(identity: RunningApp) -> None:
    async def told() -> bool:
        return len(identity.bus.events("identity.organization.registered.v1")) == 2

    assert await until(told)
    async with identity.as_() as client:
        tree = (await client.get("/v1/organizations")).json()["organizations"]
    assert [entry["id"] for entry in tree] == ["org-a", "org-b"]
