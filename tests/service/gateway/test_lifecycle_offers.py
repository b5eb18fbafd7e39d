"""What is drafted and offered: by whom, between whom, seen by nobody else, and signed anew each time."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from gateway.agreements import commands as agreements
from gateway.agreements.index import Index
from gateway.agreements.rules import Assessment
from gateway.lifecycle.rules import drafts, signatures
from tests.service.gateway import lives
from tests.service.gateway.lives import ANNA, BO, CHEN, DAI, Lives
from tests.support import apps
from tests.support.postgres import TestServer

ELI = ("org-610118-education", "staff-eli")
REGION = "610118"
HOUSING = {"region": REGION, "organisation": lives.OFFICE, "name": "鄠邑区住房和城乡建设局", "kind": "department"}
EDUCATION = {"region": REGION, "organisation": ELI[0], "name": "鄠邑区教育局", "kind": "department"}

APPROVED = """
INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)
VALUES (:agreement, 1, 'approved', 'consumer', :officer, '', now())
"""


@pytest.fixture(scope="module")
async def room(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lives]:
    async with lives.lives(postgres, tmp_path_factory.mktemp("gateway")) as there:
        yield there


async def public(room: Lives, agreement: str) -> int:
    """The version that anybody reads; 0 for none."""
    async with room.running.as_() as client:
        one = await client.get(f"/v1/agreements/{agreement}")
        every = (await client.get("/v1/agreements")).json()["agreements"]
    listed = [each["version"] for each in every if each["id"] == agreement]
    assert listed == ([one.json()["version"]] if one.status_code == 200 else [])
    return listed[0] if listed else 0


async def test_what_is_offered_again_is_signed_again(room: Lives) -> None:
    name = "agr-610118-centre-round"
    digest = await room.offered(name)
    signature = signatures.sign(digest, room.key)
    given = (await room.does(CHEN, "approve", name, signature=signature)).json()
    assert [each["side"] for each in given["signatures"]] == ["consumer"]
    draft = (await room.does(ANNA, "take-back", name)).json()
    assert (draft["signatures"], draft["to_sign"]) == ([], f"{digest}.2")
    await room.does(ANNA, "offer", name)
    for who in (ANNA, BO, CHEN):
        await room.does(who, "approve", name, signature=None)
    unsigned = await room.does(DAI, "approve", name, signature=None)
    assert (unsigned.status_code, unsigned.json()["code"]) == (409, "agreement-signature-missing")
    before = await room.does(DAI, "approve", name, signature=signature)
    assert (before.status_code, before.json()["code"]) == (422, "agreement-signature-invalid")
    anew = signatures.sign((await room.life(name))["to_sign"], room.key)
    agreed = (await room.does(DAI, "approve", name, signature=anew)).json()
    assert (agreed["state"], agreed["to_sign"]) == ("agreed", draft["to_sign"])
    assert {each["signed"] for each in agreed["signatures"]} == {draft["to_sign"]}


async def test_nothing_is_agreed_that_a_side_did_not_sign_this_time(room: Lives) -> None:
    name = "agr-610118-centre-unsigned"
    await room.offered(name)
    async with room.runtime.engine.begin() as connection:
        for officer in ("staff-chen", "staff-dai"):  # as approved before signatures were of one offer
            await connection.execute(text(APPROVED), {"agreement": name, "officer": officer})
    await room.does(ANNA, "approve", name, signature=None)
    unsigned = await room.does(BO, "approve", name, signature=None)
    assert (unsigned.status_code, unsigned.json()["code"]) == (409, "agreement-signature-missing")
    assert (await room.life(name))["state"] == "offered"


async def test_every_signature_that_is_given_is_verified(room: Lives) -> None:
    name = "agr-610118-centre-verified"
    digest = await room.offered(name)
    await room.does(CHEN, "approve", name, signature=signatures.sign(digest, room.key))
    wrong = await room.does(DAI, "approve", name, signature=signatures.sign("0" * 64, room.key))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "agreement-signature-invalid")
    assert (await room.does(DAI, "approve", name, signature=None)).status_code == 200


@pytest.mark.parametrize(
    ("party", "code", "pointer"),
    [
        ({"name": "鄠邑区房产服务中心"}, "party-differs", "/consumer/name"),
        ({"kind": "social_organisation"}, "party-differs", "/consumer/kind"),
        ({"region": "610117"}, "party-elsewhere", "/consumer/region"),
        ({"organisation": "org-610118-nobody"}, "party-unknown", "/consumer/organisation"),
    ],
)
async def test_a_party_is_what_identity_says_that_it_is(
    room: Lives, party: dict[str, str], code: str, pointer: str
) -> None:
    body = {"terms": lives.terms("agr-610118-centre-named", consumer=HOUSING | party)}
    refused = await room.officer(*ANNA).post("/v1/agreements", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "agreement-refused")
    assert [(each["code"], each["pointer"], each["line"]) for each in refused.json()["errors"]] == [(code, pointer, 5)]


async def test_an_agreement_is_between_organisations_of_one_region(room: Lives) -> None:
    body = {"terms": lives.terms("agr-610118-centre-abroad", consumer=lives.ELSEWHERE)}
    refused = await room.officer(*ANNA).post("/v1/agreements", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "agreement-refused")
    assert [each["code"] for each in refused.json()["errors"]] == ["party-elsewhere"]


async def test_a_namesake_of_another_region_is_no_party(room: Lives) -> None:
    name = "agr-610118-centre-namesake"
    with lives.written_before_parties_were_compared():
        await room.offered(name, consumer=lives.ELSEWHERE)
    refused = await room.does(("org-621124-housing", "staff-fan"), "approve", name, signature=None)
    assert (refused.status_code, refused.json()["code"]) == (404, "agreement-not-found")


@pytest.mark.parametrize(
    ("change", "code"), [("name = '新名'", "party-differs"), ("state = 'closed'", "party-unknown")]
)
async def test_parties_are_compared_again_before_anything_is_approved(room: Lives, change: str, code: str) -> None:
    name = f"agr-610118-centre-{code}"
    await room.agreed(name)
    await room.offered(name, 2)
    await room.told(f"UPDATE party SET {change} WHERE id = '{lives.OFFICE}'")  # noqa: S608 - names of this file
    for verb, version, body in (("approve", 2, {"signature": None}), ("activate", 1, {})):
        refused = await room.does(ANNA, verb, name, version, **body)
        assert (refused.status_code, refused.json()["code"]) == (409, "agreement-parties-changed"), refused.text
        assert refused.json()["errors"][0]["code"] == code
    await room.does(ANNA, "take-back", name, 2)
    assert (await room.does(ANNA, "offer", name, 2)).json()["code"] == "agreement-parties-changed"
    await room.told(f"UPDATE party SET name = '{HOUSING['name']}', state = 'active' WHERE id = '{lives.OFFICE}'")  # noqa: S608 - names of this file
    assert (await room.does(ANNA, "offer", name, 2)).status_code == 200


async def test_it_names_the_assessment_of_its_purposes(room: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "agr-610118-centre-assessed"
    body = {"terms": lives.terms(name, impact_assessment="PIA-610118-2026-03")}
    assert (await room.officer(*ANNA).post("/v1/agreements", json=body)).status_code == 201
    refused = await room.does(ANNA, "offer", name)
    assert (refused.status_code, refused.json()["code"]) == (409, "assessment-not-named")
    assert refused.json()["assessments"] == [lives.ASSESSED]
    until = room.assessed["housing_help"].until
    monkeypatch.setitem(room.assessed, "housing_help", Assessment("0198aaaa-0000-7000-8000-000000000002", until))
    body = {"terms": lives.terms(name, version=2, supersedes=1)}
    await room.officer(*ANNA).post("/v1/agreements", json=body)
    assert (await room.does(ANNA, "offer", name, 2)).json()["code"] == "assessment-not-named"


async def test_drafts_and_offers_are_between_their_parties(room: Lives) -> None:
    name = "agr-610118-centre-private"
    digest = await room.offered(name)
    assert await public(room, name) == 0
    for who in (ANNA, BO, CHEN):
        await room.does(who, "approve", name, signature=None)
    await room.does(DAI, "approve", name, signature=signatures.sign(digest, room.key))
    assert await public(room, name) == 1
    await room.offered(name, 2)
    assert await public(room, name) == 1
    await room.does(ANNA, "terminate", name, 1, reason="双方不再需要")
    await room.does(ANNA, "terminate", name, 2, reason="双方不再需要")
    assert await public(room, name) == 1


async def test_a_stranger_does_not_learn_that_something_is_offered(room: Lives) -> None:
    name = "agr-610118-centre-hidden"
    await room.offered(name)
    shown = await room.officer(*ELI).get(f"/v1/agreements/{name}/versions/1")
    approved = await room.does(ELI, "approve", name, signature=None)
    for answer in (shown, approved):
        assert (answer.status_code, answer.json()["code"]) == (404, "agreement-not-found")
    for there, version in ((name, 1), (name, 2), ("agr-610118-centre-nothing", 1)):
        own = lives.terms(there, version=version, supersedes=version - 1 or None, provider=EDUCATION)
        refused = await room.officer(*ELI).post("/v1/agreements", json={"terms": own})
        assert (refused.status_code, refused.json()["code"]) == (422, "agreement-id-not-yours")
        assert refused.json()["prefix"] == "agr-610118-education-"


async def test_an_id_is_of_the_organisation_that_it_names_in_full(room: Lives) -> None:
    async def draft(who: tuple[str, str], agreement: str, **changes: object) -> tuple[int, str | None]:
        answer = await room.officer(*who).post("/v1/agreements", json={"terms": lives.terms(agreement, **changes)})
        return answer.status_code, answer.json().get("code")

    east = EDUCATION | {"organisation": "org-610118-centre-east", "name": "鄠邑区便民服务中心东区"}
    assert await draft(ANNA, "agr-610118-centre-east-before") == (201, None)
    await room.told(f"INSERT INTO party VALUES ('{east['organisation']}', '{east['name']}', 'department', 'active')")  # noqa: S608 - names of this file
    assert await draft(ANNA, "agr-610118-centre-east-1") == (422, "agreement-id-not-yours")
    assert await draft((east["organisation"], "staff-fu"), "agr-610118-centre-east-1", provider=east) == (201, None)
    assert await draft(ANNA, "agr-610118-centre-east-before", version=2, supersedes=1) == (201, None)


async def test_what_is_only_drafted_is_nothing_to_decide_on(room: Lives) -> None:
    await room.offered("agr-610118-centre-undecided")
    picture = Index(lives.KNOWN, apps.REGION)
    async with room.runtime.sessions() as session:
        await agreements.reload(session, picture)
    assert picture.get("agr-610118-centre-undecided") is None


async def test_what_files_draft_keeps_no_officer_from_drafting(room: Lives) -> None:
    for number in range(drafts.OPEN):
        await room.filed(f"agr-610118-education-filed-{number}", "draft", provider=EDUCATION)
    body = {"terms": lives.terms("agr-610118-education-own", provider=EDUCATION)}
    assert (await room.officer(*ELI).post("/v1/agreements", json=body)).status_code == 201
    assert (await room.does(ELI, "terminate", "agr-610118-education-own", reason="不需要")).status_code == 200


async def test_an_organisation_has_only_so_many_drafts_open(room: Lives) -> None:
    async def draft(number: int) -> int:
        body = {"terms": lives.terms(f"agr-610118-education-{number}", provider=EDUCATION)}
        answer = await room.officer(*ELI).post("/v1/agreements", json=body)
        assert answer.status_code == 201 or answer.json()["code"] == "drafts-too-many", answer.text
        return answer.status_code

    assert [await draft(number) for number in range(drafts.OPEN + 1)] == [201] * drafts.OPEN + [409]
    assert await draft(0) == 201, "what is drafted already may be said again"
    await room.does(ELI, "terminate", "agr-610118-education-0", reason="不需要")
    assert await draft(drafts.OPEN) == 201


async def test_the_next_version_may_be_returned_once_too(room: Lives) -> None:
    name = "agr-610118-centre-returned"
    await room.offered(name)
    assert (await room.does(CHEN, "return", name, missing=["the article"])).status_code == 200
    await room.does(ANNA, "terminate", name, reason="重新起草")
    await room.agreed(name, 2)
    await room.offered(name, 3)
    assert (await room.does(CHEN, "return", name, 3, missing=["how long"])).status_code == 200
