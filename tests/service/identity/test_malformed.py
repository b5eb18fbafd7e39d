"""Assertions, tokens and passkeys of any content: a refusal that says so, never a fault of ours and never 503."""

import hashlib
import json
import random
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import cbor2
import httpx
import pytest
from joserfc.jwk import ECKey
from webauthn.helpers import bytes_to_base64url

from demo import family
from services.identity.rules import clients
from tests.support.apps import RunningApp
from tests.support.assertions import assertion, proof
from tests.support.helping import Resident
from tests.support.passkeys import Authenticator
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


async def test_a_passkey_of_any_content_signs_nobody_in(portal: FrontEnd) -> None:
    await portal.open()
    for odd in ("[" * 16_000, "[]", "5", '{"id":5}', '{"id":"A","rawId":"A","type":"public-key","response":[]}'):
        await portal.send("/passkey-options")
        assert (await portal.send("/passkey", credential=odd)).status_code == 403, odd[:20]


FLAGS = b"\x45"  # there, verified, with a key in it (WebAuthn, 6.1)
COUNT, MODEL = bytes(4), bytes(16)
P256 = {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}
ATTESTED: list[Any] = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"\x01", id="a number"),
    pytest.param(cbor2.dumps([]), id="a list"),
    pytest.param(cbor2.dumps({}), id="no members"),
    pytest.param(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": 5}), id="data is a number"),
    pytest.param(b"\x81" * 3_000, id="deep"),
]
DATA: list[Any] = [
    pytest.param(b"", id="no key"),
    pytest.param(MODEL, id="no length"),
    pytest.param(MODEL + b"\xff\xff" + b"short", id="shorter than it says"),
    pytest.param(MODEL + b"\x00\x01k" + cbor2.dumps([]), id="key is a list"),
    pytest.param(MODEL + b"\x00\x01k" + cbor2.dumps({}), id="key without members"),
    pytest.param(MODEL + b"\x00\x01k" + cbor2.dumps({1: "x", 3: [], -1: {}}), id="members are no numbers"),
    pytest.param(MODEL + b"\x00\x01k" + cbor2.dumps({**P256, 3: -999}), id="unknown algorithm"),
]


async def made(portal: FrontEnd, person: Resident, attestation: Callable[[bytes], bytes]) -> httpx.Response:
    """Hand over a passkey whose attestation is made of the right beginning of its data."""
    await person.sign_in()
    key = Authenticator()
    options = (await key.ask(portal)).json()
    begins = hashlib.sha256(b"gateway.test").digest() + FLAGS + COUNT
    said = {"type": "webauthn.create", "challenge": options["challenge"], "origin": AUDIENCE}
    response = {"clientDataJSON": json.dumps(said).encode(), "attestationObject": attestation(begins)}
    credential = {"id": "aw", "rawId": "aw", "type": "public-key"}
    credential |= {"response": {name: bytes_to_base64url(value) for name, value in response.items()}}
    form = re.search(r'name="form" value="([0-9a-f]+)"', (await portal.http.get("/account")).text)
    sent = {"form": form[1] if form else "", "credential": json.dumps(credential)}
    return await portal.http.post("/account/passkeys", data=sent)


@pytest.fixture
def person(portal: FrontEnd) -> Resident:
    return Resident(portal, family.phone(random.SystemRandom()))


@pytest.mark.parametrize("odd", ATTESTED)
async def test_a_new_passkey_of_any_content_is_not_kept(portal: FrontEnd, person: Resident, odd: bytes) -> None:
    assert (await made(portal, person, lambda _: odd)).status_code == 422


@pytest.mark.parametrize("odd", DATA)
async def test_a_new_passkey_with_any_data_is_not_kept(portal: FrontEnd, person: Resident, odd: bytes) -> None:
    def attested(begins: bytes) -> bytes:
        return cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": begins + odd})

    assert (await made(portal, person, attested)).status_code == 422


async def test_a_passkey_that_somebody_has_is_not_made_again(portal: FrontEnd, person: Resident) -> None:
    await person.sign_in()
    kept = Authenticator()
    assert (await kept.add(portal)).status_code == 303
    assert (await kept.add(portal)).status_code == 422


async def test_a_passkey_of_any_name_is_removed_in_vain(portal: FrontEnd, person: Resident) -> None:
    await person.sign_in()
    form = re.search(r'name="form" value="([0-9a-f]+)"', (await portal.http.get("/account")).text)
    for odd in ("A", "%00", "é", "x" * 5_000):
        sent = {"form": form[1] if form else ""}
        assert (await portal.http.post(f"/account/passkeys/{odd}:remove", data=sent)).status_code == 404, odd[:20]
