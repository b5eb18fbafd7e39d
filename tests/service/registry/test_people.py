"""A person's own record: what she writes she reads, names are repaired, versions guard it, bad input is named."""

from typing import Any

import pytest

from tests.service.registry.conftest import CHILD, RECORD
from tests.support import grants
from tests.support.apps import RunningApp


async def test_a_record_is_read_as_it_was_meant(registry: RunningApp, person: grants.Caller) -> None:
    async with registry.as_(person) as client:
        read = (await client.get("/v1/me/record")).json()
    assert read["name"] == "阿布都热合曼·买买提"
    assert read["name_as_typed"] == RECORD["name"]
    assert read["writing_differs"] is True
    assert read["document_number"] == "11010519491231002X"
    assert read["phone"] == "+8613900001234"
    assert read["district"] == "610118"


async def test_writing_answers_no_personal_value(registry: RunningApp) -> None:
    caller = grants.resident(registry.settings)
    async with registry.as_(caller) as client:
        answer = await client.put("/v1/me/record", json=RECORD)
    assert answer.json() == {"id": "record", "state": "kept"}


async def test_a_change_wants_the_version_that_was_read(registry: RunningApp, person: grants.Caller) -> None:
    changed = RECORD | {"phone": "+86 139-0000-5678"}
    async with registry.as_(person) as client:
        tag = (await client.get("/v1/me/record")).headers["etag"]
        assert (await client.put("/v1/me/record", json=changed)).status_code == 428
        written = await client.put("/v1/me/record", json=changed, headers={"if-match": tag})
        assert written.status_code == 200
        assert (await client.put("/v1/me/record", json=RECORD, headers={"if-match": tag})).status_code == 412
        read = await client.get("/v1/me/record")
    assert read.json()["phone"] == "+8613900005678"
    assert read.headers["etag"] == written.headers["etag"] != tag


async def test_the_same_key_again_gives_the_same_answer_and_another_body_none(registry: RunningApp) -> None:
    async with registry.as_(grants.resident(registry.settings)) as client:
        key = {"idempotency-key": "the-same-key-twice"}
        first = await client.put("/v1/me/record", json=RECORD, headers=key)
        again = await client.put("/v1/me/record", json=RECORD, headers=key)
        other = await client.put("/v1/me/record", json=RECORD | {"phone": "13900009999"}, headers=key)
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "王\u0000伟"}, "name-control-character"),
        ({"name": "王\u202e伟"}, "name-bidi-control"),
        ({"name": "王" * 151}, "name-too-long"),
        ({"name": "   "}, "name-only-spaces"),
        ({"document_number": "110105194912310021"}, "number-check-character"),
        ({"document_type": None}, "number-incomplete"),
        ({"birth_date": "2999-01-01"}, "birth-date-impossible"),
        ({"phone": "call me"}, "phone-malformed"),
        ({"district": "999999"}, "district-unknown"),
        ({"district": "61"}, "body-invalid"),
        ({"preferred_language": "not a tag"}, "language-malformed"),
        ({"accessibility_need": "\u0007"}, "text-control-character"),
        ({"nationality": "x"}, "body-invalid"),
        ({"document_number": None}, "number-incomplete"),
        ({"birth_date": 7.5}, "body-invalid"),
        ({"birth_date": -631238400}, "body-invalid"),
        ({"birth_date": "-631238400"}, "body-invalid"),
        ({"birth_date": "1949-12-31T00:00:00"}, "body-invalid"),
        ({"district": 610118}, "body-invalid"),
    ],
)
async def test_bad_input_has_a_stable_code_and_writes_nothing(
    registry: RunningApp, change: dict[str, Any], code: str
) -> None:
    async with registry.as_(grants.resident(registry.settings)) as client:
        answer = await client.put("/v1/me/record", json=RECORD | change)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert "13900001234" not in answer.text and "买买提" not in answer.text
        assert (await client.get("/v1/me/record")).status_code == 404


async def test_malformed_json_is_named(registry: RunningApp) -> None:
    async with registry.as_(grants.resident(registry.settings)) as client:
        headers = {"content-type": "application/json"}
        answer = await client.put("/v1/me/record", content=b'{"name": ', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "body-unreadable")


async def test_one_person_never_sees_another(registry: RunningApp, person: grants.Caller) -> None:
    async with registry.as_(person) as client:
        child = (await client.post("/v1/me/dependants", json=CHILD)).json()["id"]
        assert [each["id"] for each in (await client.get("/v1/me/dependants")).json()["dependants"]] == [child]
    async with registry.as_(grants.resident(registry.settings)) as other:
        assert (await other.get("/v1/me/record")).status_code == 404
        assert (await other.get("/v1/me/dependants")).json() == {"dependants": []}


@pytest.mark.parametrize("kind", ["public", "internal", "exchange", "platform"])
async def test_only_the_person_herself_calls_her_own_routes(registry: RunningApp, kind: Any) -> None:
    caller = grants.Caller(registry.settings, kind, subject="somebody")
    async with registry.as_(caller) as client:
        for path in ("record", "dependants", "consents", "record-requests"):
            assert (await client.get(f"/v1/me/{path}")).status_code == 403


async def test_a_guardian_link_holds_a_child_and_says_until_when_the_guardian_decides(
    registry: RunningApp, person: grants.Caller
) -> None:
    async with registry.as_(person) as client:
        assert (await client.post("/v1/me/dependants", json=CHILD)).status_code == 201
        [child] = (await client.get("/v1/me/dependants")).json()["dependants"]
        assert (child["name"], child["guardian_decides"]) == (CHILD["name"], True)
        adult = await client.post("/v1/me/dependants", json=CHILD | {"birth_date": "1999-01-01"})
        assert (adult.status_code, adult.json()["code"]) == (422, "dependant-of-age")
        spouse = await client.post("/v1/me/dependants", json=CHILD | {"relation": "spouse"})
        assert spouse.status_code == 422
