"""System clients: two people register one, one of them of the service centre; keys overlap; revoked is for good."""

import uuid
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.service.identity.offices import CENTRE, EDUCATION, HOUSING, Offices, came
from tests.support.assertions import assertion
from tests.support.sign_in import ASSERTION, ISSUER

KEY = ECKey.generate_key("P-256")
CALLBACK = "https://desk.test/callback"


def jwk(key: ECKey = KEY) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def system(offices: Offices, organization: str = EDUCATION, **changed: Any) -> dict[str, Any]:
    """A sound registration of a system."""
    body = {"id": offices.fresh("system"), "organization": organization, "jwk": jwk(), "grants": ["client_credentials"]}
    return body | changed


def front_end(offices: Offices, **changed: Any) -> dict[str, Any]:
    """A sound registration of a front end."""
    people = {"grants": ["authorization_code"], "signs_in": ["staff"], "redirect_uris": [CALLBACK]}
    return system(offices) | people | changed


async def proposed(offices: Offices, who: str, body: dict[str, Any]) -> str:
    answer = await offices.post(who, "/clients", body)
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed"), answer.text
    return str(body["id"])


async def approved(offices: Offices, body: dict[str, Any]) -> str:
    made = await proposed(offices, "education-1", body)
    answer = await offices.post("centre-1", f"/clients/{made}:approve")
    assert (answer.status_code, answer.json()["state"]) == (200, "active"), answer.text
    return made


async def test_two_people_let_a_client_act(offices: Offices) -> None:
    made = await proposed(offices, "education-1", system(offices))
    assert (await offices.token(made, KEY)).json()["error"] == "invalid_client"
    assert not offices.heard("client.registered", client=made)
    assert (await offices.post("centre-1", f"/clients/{made}:approve")).json()["approved_by"] == "centre-1"
    assert (await offices.token(made, KEY)).status_code == 200
    assert await offices.told("client.registered", client=made) == [{"client": made, "organization": EDUCATION}]


@pytest.mark.parametrize(
    ("first", "second", "organization", "answer"),
    [
        pytest.param("education-1", "education-1", EDUCATION, (409, "second-person-needed"), id="the same person"),
        pytest.param("centre-1", "centre-1", EDUCATION, (409, "second-person-needed"), id="the same of the centre"),
        pytest.param("education-1", "education-2", EDUCATION, (409, "second-person-needed"), id="nobody of the centre"),
        pytest.param("education-1", "other-centre-1", EDUCATION, (404, "not-found"), id="another centre"),
        pytest.param("centre-1", "education-2", EDUCATION, (200, ""), id="the centre first"),
        pytest.param("education-1", "centre-2", EDUCATION, (200, ""), id="the centre second"),
        pytest.param("centre-1", "centre-2", HOUSING, (200, ""), id="both of the centre"),
        pytest.param("centre-1", "centre-2", CENTRE, (200, ""), id="the centre's own"),
    ],
)
async def test_who_the_two_people_are(
    offices: Offices, first: str, second: str, organization: str, answer: tuple[int, str]
) -> None:
    made = await proposed(offices, first, system(offices, organization))
    assert came(await offices.post(second, f"/clients/{made}:approve")) == answer


@pytest.mark.parametrize("who", ["education-1", "other-centre-1"])
async def test_nobody_registers_clients_for_others(offices: Offices, who: str) -> None:
    assert came(await offices.post(who, "/clients", system(offices, HOUSING))) == (404, "not-found")


KEYS: list[Any] = [
    pytest.param(KEY.as_dict(private=True), 422, id="with its private part"),
    pytest.param(jwk() | {"y": jwk()["x"]}, 409, id="not on the curve"),
    pytest.param(jwk() | {"x": "!"}, 409, id="no coordinate"),
    pytest.param(ECKey.generate_key("P-384").as_dict(private=False), 409, id="another curve"),
    pytest.param(OKPKey.generate_key("Ed25519").as_dict(private=False), 422, id="no EC key"),
    pytest.param(RSAKey.generate_key(2048).as_dict(private=False), 422, id="RSA"),
    pytest.param(jwk() | {"alg": "none"}, 422, id="alg none"),
]


@pytest.mark.parametrize(("key", "status"), KEYS)
async def test_only_a_public_key_on_p256_proves_a_client(offices: Offices, key: dict[str, Any], status: int) -> None:
    answer = await offices.post("education-1", "/clients", system(offices, jwk=key))
    assert answer.status_code == status, answer.text


ADDRESSES = [
    ("https://desk.example/callback?x=1", True),
    ("http://127.0.0.1:8123/callback", True),
    ("http://[::1]:8123/callback", True),
    ("http://desk.localhost/callback", True),
    ("http://desk.example/callback", False),
    ("http://127.0.0.1.example/callback", False),
    ("http://localhost.example/callback", False),
    ("https://desk.example/callback#part", False),
    ("https://user:word@desk.example/callback", False),
    ("javascript:alert(1)", False),
    ("https:///callback", False),
    ("https://desk.example:99999/", False),
    ("https://desk.example/ callback", False),
    ("", False),
]


@pytest.mark.parametrize(("address", "fits"), ADDRESSES)
async def test_browsers_are_sent_to_sound_addresses_only(offices: Offices, address: str, fits: bool) -> None:
    answer = await offices.post("education-1", "/clients", front_end(offices, redirect_uris=[address]))
    assert came(answer) == ((201, "") if fits else (409, "redirect-uri-unfit"))


UNFIT: list[Any] = [
    pytest.param({"redirect_uris": []}, id="nowhere to go back to"),
    pytest.param({"signs_in": []}, id="nobody to sign in"),
    pytest.param({"grants": ["client_credentials"]}, id="a system that signs people in"),
]


@pytest.mark.parametrize("changed", UNFIT)
async def test_what_a_client_may_ask_fits_together(offices: Offices, changed: dict[str, Any]) -> None:
    answer = await offices.post("education-1", "/clients", front_end(offices, **changed))
    assert came(answer) == (409, "client-grants-unfit")


async def test_a_client_asks_only_for_what_it_is_registered_for(offices: Offices) -> None:
    desk = await approved(offices, front_end(offices))
    office = await approved(offices, system(offices))
    assert (await offices.token(desk, KEY)).json()["error"] == "unauthorized_client"
    for grant in ("authorization_code", "refresh_token"):
        answer = await offices.token(office, KEY, grant_type=grant, code="x", refresh_token="x")
        assert answer.json()["error"] == "unauthorized_client"
    assert (await offices.token(desk, KEY, grant_type="authorization_code", code="x")).json()[
        "error"
    ] == "invalid_grant"


async def test_a_system_pushes_no_authorization_request(offices: Offices) -> None:
    office = await approved(offices, system(offices))
    form = {
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion(KEY, office, office, ISSUER),
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "staff",
    }
    async with offices.identity.as_() as http:
        assert (await http.post("/v1/par", data=form)).status_code == 400


async def added(offices: Offices, client: str, key: ECKey) -> httpx.Response:
    """A key that one proposes and another approves."""
    path = f"/clients/{client}/keys"
    assert (await offices.post("education-2", path, {"jwk": jwk(key)})).status_code == 201
    return await offices.post("education-1", f"{path}/{key.thumbprint()}:approve")


async def test_one_person_alone_does_not_become_the_system(offices: Offices) -> None:
    made, own = await approved(offices, system(offices)), ECKey.generate_key("P-256")
    path = f"/clients/{made}/keys"
    proposed = (await offices.post("education-2", path, {"jwk": jwk(own)})).json()["keys"]
    assert [key["state"] for key in proposed] == ["active", "proposed"]
    assert (await offices.token(made, own)).json()["error"] == "invalid_client"
    approve = f"{path}/{own.thumbprint()}:approve"
    assert came(await offices.post("education-2", approve)) == (409, "second-person-needed")
    for outsider in ("other-centre-1", "housing-1"):
        assert came(await offices.post(outsider, approve)) == (404, "not-found"), outsider
    last = (await offices.post("centre-1", approve)).json()["keys"][-1]
    assert (last["proposed_by"], last["approved_by"]) == ("education-2", "centre-1")
    assert (await offices.token(made, own)).status_code == 200
    assert came(await offices.post("centre-2", approve)) == (409, "state-conflict")
    unknown = f"{path}/{ECKey.generate_key('P-256').thumbprint()}:approve"
    assert came(await offices.post("centre-1", unknown)) == (404, "not-found")


async def test_a_key_that_nobody_approved_is_dropped(offices: Offices) -> None:
    made, wrong = await approved(offices, system(offices)), ECKey.generate_key("P-256")
    path = f"/clients/{made}/keys"
    await offices.post("education-2", path, {"jwk": jwk(wrong)})
    assert came(await offices.post("education-2", f"{path}/{KEY.thumbprint()}:retire")) == (409, "client-key-last")
    dropped = await offices.post("education-2", f"{path}/{wrong.thumbprint()}:retire")
    assert [key["state"] for key in dropped.json()["keys"]] == ["active", "retired"]
    assert came(await offices.post("education-1", f"{path}/{wrong.thumbprint()}:approve")) == (409, "state-conflict")


async def test_keys_overlap(offices: Offices) -> None:
    made, following = await approved(offices, system(offices)), ECKey.generate_key("P-256")
    path = f"/clients/{made}/keys"
    assert came(await offices.post("education-2", f"{path}/{KEY.thumbprint()}:retire")) == (409, "client-key-last")
    both = await added(offices, made, following)
    assert [key["id"] for key in both.json()["keys"]] == [KEY.thumbprint(), following.thumbprint()]
    assert [(await offices.token(made, key)).status_code for key in (KEY, following)] == [200, 200]
    third = {"jwk": jwk(ECKey.generate_key("P-256"))}
    assert came(await offices.post("education-2", path, third)) == (409, "client-keys-full")
    retired = await offices.post("education-2", f"{path}/{KEY.thumbprint()}:retire")
    assert [key["state"] for key in retired.json()["keys"]] == ["retired", "active"]
    assert [(await offices.token(made, key)).status_code for key in (KEY, following)] == [401, 200]
    assert came(await offices.post("education-2", path, {"jwk": jwk()})) == (409, "conflict")
    assert (await offices.post("education-2", path, third)).status_code == 201


async def test_the_key_that_an_assertion_names_is_the_one_that_counts(offices: Offices) -> None:
    made, following = await approved(offices, system(offices)), ECKey.generate_key("P-256")
    await added(offices, made, following)

    async def named(kid: str) -> int:
        signed = assertion(following, made, made, ISSUER, kid)
        return (await offices.token(made, following, client_assertion=signed)).status_code

    assert [await named(kid) for kid in (following.thumbprint(), KEY.thumbprint(), "its-own-name")] == [200, 401, 200]


async def test_who_keeps_a_clients_keys(offices: Offices) -> None:
    """Whoever answers for the organisation: its own administrators, or the centre where there are none."""
    own = await approved(offices, system(offices))
    for who in ("centre-1", "other-centre-1"):
        answer = await offices.post(who, f"/clients/{own}/keys", {"jwk": jwk(ECKey.generate_key("P-256"))})
        assert came(answer) == (404, "not-found"), who
    other = await proposed(offices, "centre-1", system(offices, HOUSING))
    new = {"jwk": jwk(ECKey.generate_key("P-256"))}
    assert came(await offices.post("centre-1", f"/clients/{other}/keys", new)) == (409, "state-conflict")
    await offices.post("centre-2", f"/clients/{other}:approve")
    assert (await offices.post("centre-1", f"/clients/{other}/keys", new)).status_code == 201


@pytest.mark.parametrize("who", ["education-2", "centre-2"])
async def test_revoked_is_for_good(offices: Offices, who: str) -> None:
    body = system(offices)
    made = await approved(offices, body)
    for outsider in ("other-centre-1", "housing-1"):
        assert came(await offices.post(outsider, f"/clients/{made}:revoke")) == (404, "not-found")
    assert (await offices.post(who, f"/clients/{made}:revoke")).json()["state"] == "revoked"
    assert (await offices.token(made, KEY)).json()["error"] == "invalid_client"
    assert await offices.told("client.revoked", client=made) == [{"client": made, "organization": EDUCATION}]
    assert (await offices.post(who, f"/clients/{made}:revoke")).json()["state"] == "revoked"
    assert came(await offices.post("centre-1", f"/clients/{made}:approve")) == (409, "state-conflict")
    assert came(await offices.post("education-1", "/clients", body)) == (409, "conflict")


async def test_a_proposal_that_is_dropped_is_no_news(offices: Offices) -> None:
    dropped = await proposed(offices, "education-1", system(offices))
    assert (await offices.post("centre-1", f"/clients/{dropped}:revoke")).json()["state"] == "revoked"
    later = await approved(offices, system(offices))
    await offices.told("client.registered", client=later)
    assert not offices.heard("client.revoked", client=dropped)


async def test_a_client_whose_key_is_good_already_is_approved(offices: Offices) -> None:
    """While an update rolls, what runs still from before registers keys that wait for nobody."""
    made = await proposed(offices, "education-1", system(offices))
    await offices.run("UPDATE client_key SET state = 'active' WHERE client = :id", {"id": made})
    answer = await offices.post("centre-1", f"/clients/{made}:approve")
    assert (answer.status_code, answer.json()["state"]) == (200, "active")


async def test_a_suspended_organisations_client_gets_no_token(offices: Offices) -> None:
    office = await offices.confirmed()
    made = await proposed(offices, "centre-1", system(offices, office))
    await offices.post("centre-2", f"/clients/{made}:approve")
    assert (await offices.token(made, KEY)).status_code == 200
    await offices.post("centre-1", f"/organizations/{office}:suspend")
    assert (await offices.token(made, KEY)).json()["error"] == "invalid_client"
    assert came(await offices.post("centre-1", "/clients", system(offices, office))) == (409, "state-conflict")
    await offices.post("centre-2", f"/organizations/{office}:resume")
    assert (await offices.token(made, KEY)).status_code == 200


async def test_administrators_see_their_clients(offices: Offices) -> None:
    made = await proposed(offices, "education-1", system(offices))
    for who, sees in (("education-2", True), ("centre-1", True), ("housing-1", False), ("other-centre-1", False)):
        found = {each["id"]: each for each in await offices.listed(who, "clients")}
        assert (made in found) is sees, who
        if sees:
            assert [(key["id"], key["state"]) for key in found[made]["keys"]] == [(KEY.thumbprint(), "proposed")]
            assert found[made]["proposed_by"] == "education-1"


async def test_the_same_key_registers_once(offices: Offices) -> None:
    body, headers = system(offices), {"idempotency-key": str(uuid.uuid4())}
    async with offices.as_("education-1") as client:
        first, again = [await client.post("/v1/clients", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, first.content) == (201, again.content)


async def test_the_keys_of_an_organisations_systems_are_public_while_they_prove_it(offices: Offices) -> None:
    key, shown = ECKey.generate_key("P-256"), f"/organizations/{EDUCATION}/keys"

    async def published() -> set[str]:
        return {each["kid"] for each in (await offices.get(shown)).json()["keys"]}

    made = await proposed(offices, "education-1", system(offices, jwk=jwk(key)))
    page = await approved(offices, front_end(offices, jwk=jwk(other := ECKey.generate_key("P-256"))))
    assert page and not {key.thumbprint(), other.thumbprint()} & await published()
    await offices.post("centre-1", f"/clients/{made}:approve")
    assert key.thumbprint() in await published()
    await offices.post("education-1", f"/clients/{made}:revoke")
    assert key.thumbprint() not in await published()
