"""Records between regions: nobody is looked up before the answer, nothing is released without the contact's code."""

import json
import re
import uuid
from typing import Any

import pytest

from shared.contracts.events import RecordRequestUndelivered
from tests.service.registry.conftest import CHILD, sent_all, subject_of
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.until import until

PEER = "621124"
DOCUMENT = {
    "issuer": "临洮县疾控中心",
    "issued_on": "2025-06-01",
    "entries": [{"vaccine": "麻腮风", "dose": "2", "given_on": "2021-05-10"}],
}


@pytest.fixture
async def child(registry: RunningApp, person: grants.Caller) -> dict[str, Any]:
    """A child of the person, with a name that nobody else has, and its vaccination record."""
    named = CHILD | {"name": "孩子" + "".join(chr(0x4E00 + byte) for byte in uuid.uuid4().bytes)}
    async with registry.as_(person) as client:
        made = (await client.post("/v1/me/dependants", json=named)).json()["id"]
    office = grants.partner(registry.settings, "org-621124-health", operation="file_record", subject=subject_of(person))
    body = {"record_type": "vaccination", "dependant_name": named["name"], "document": DOCUMENT}
    async with registry.as_(office) as client:
        filed = await client.post(f"/v1/referrals/{uuid.uuid4()}/held-records", json=body)
    assert (filed.status_code, filed.json()["state"]) == (201, "held")
    return named | {"id": made}


def asked(child: dict[str, Any], **claims: str) -> dict[str, Any]:
    named = {"name": child["name"], "birth_date": child["birth_date"]} | claims
    return {"request": str(uuid.uuid4()), "peer": PEER, "record_type": "vaccination", "claims": named}


async def take_in(registry: RunningApp, body: dict[str, Any]) -> Any:
    async with registry.as_(grants.platform(registry.settings)) as gateway:
        return await gateway.post("/platform/record-requests", json=body)


def messages(registry: RunningApp) -> list[dict[str, str]]:
    path = registry.settings.messages_file
    assert path is not None
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def code_for(registry: RunningApp, body: dict[str, Any]) -> str:
    before = len(messages(registry))
    await take_in(registry, body)

    async def arrived() -> list[dict[str, str]]:
        return messages(registry)[before:]

    [message] = await until(arrived)
    found = re.search(r"\b[0-9]{8}\b", message["text"])
    assert found and message["to"] == "+8613900001234"
    return found.group()


async def confirm(registry: RunningApp, request: str, code: str) -> Any:
    async with registry.as_() as anybody:
        return await anybody.post("/v1/confirmations", json={"request": request, "code": code})


async def looked_at(registry: RunningApp, request: str) -> None:
    """Wait until the request was matched: its claims are gone then."""

    async def gone() -> bool:
        async with registry.runtime.engine.connect() as connection:
            row = await connection.exec_driver_sql(f"SELECT state FROM release WHERE request = '{request}'")  # noqa: S608 - a UUID of the test's own
            return bool(row.scalar_one() == "waiting")

    await until(gone)


async def test_the_contacts_code_releases_the_record_to_the_gateway(
    registry: RunningApp, child: dict[str, Any]
) -> None:
    body = asked(child)
    code = await code_for(registry, body)
    async with registry.as_(grants.platform(registry.settings)) as gateway:
        early = await gateway.get(f"/platform/record-answers/{body['request']}")
        assert early.status_code == 404
        assert (await confirm(registry, body["request"], code)).json()["state"] == "released"
        released = (await gateway.get(f"/platform/record-answers/{body['request']}")).json()
    assert released["record"]["entries"] == DOCUMENT["entries"]

    async def told() -> list[dict[str, Any]]:
        events = registry.bus.events("registry.record-request.released.v1")
        return [event for event in events if event["request"] == body["request"]]

    [event] = await until(told)
    assert set(event) == {"request", "peer", "record_type", "seal"}


@pytest.mark.parametrize("change", [{"birth_date": "2019-05-05"}, {"name": "没有此人"}])
async def test_a_stranger_gets_the_same_answer_and_nobody_a_message(
    registry: RunningApp, child: dict[str, Any], change: dict[str, str]
) -> None:
    before = len(messages(registry))
    known, unknown = asked(child), asked(child, **change)
    answers = [await take_in(registry, body) for body in (unknown, known)]
    assert {answer.status_code for answer in answers} == {202}
    assert {
        answer.text.replace(body["request"], "") for answer, body in zip(answers, (unknown, known), strict=True)
    } == {'{"id":"","state":"received"}'}
    await looked_at(registry, unknown["request"])
    await looked_at(registry, known["request"])
    assert (await confirm(registry, unknown["request"], "12345678")).status_code == 403
    await sent_all(registry)
    assert len(messages(registry)) == before + 1


async def test_wrong_unknown_and_used_up_codes_look_the_same(registry: RunningApp, child: dict[str, Any]) -> None:
    body = asked(child)
    code = await code_for(registry, body)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    answers = [await confirm(registry, body["request"], wrong) for _ in range(5)]
    answers.append(await confirm(registry, body["request"], code))
    answers.append(await confirm(registry, str(uuid.uuid4()), code))
    assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
    async with registry.as_(grants.platform(registry.settings)) as gateway:
        assert (await gateway.get(f"/platform/record-answers/{body['request']}")).status_code == 404


async def test_a_code_serves_once_and_for_its_own_request(registry: RunningApp, child: dict[str, Any]) -> None:
    one, other = asked(child), asked(child)
    code, _ = await code_for(registry, one), await code_for(registry, other)
    assert (await confirm(registry, other["request"], code)).status_code == 403
    assert (await confirm(registry, one["request"], code)).status_code == 200
    assert (await confirm(registry, one["request"], code)).status_code == 403


async def test_the_same_request_again_sends_no_second_message(registry: RunningApp, child: dict[str, Any]) -> None:
    body = asked(child)
    await code_for(registry, body)
    before = len(messages(registry))
    assert (await take_in(registry, body)).status_code == 202
    await code_for(registry, asked(child))
    assert len(messages(registry)) == before + 1


async def test_a_contact_hears_of_five_requests_a_day_and_the_asking_region_cannot_tell(
    registry: RunningApp, child: dict[str, Any]
) -> None:
    before = len(messages(registry))
    bodies = [asked(child) for _ in range(7)]
    answers = [await take_in(registry, body) for body in bodies]
    assert {(answer.status_code, answer.json()["state"]) for answer in answers} == {(202, "received")}
    for body in bodies:
        await looked_at(registry, body["request"])

    await sent_all(registry)
    assert len(messages(registry)) == before + 5


async def test_a_request_about_somebody_who_was_erased_stops_nothing(
    registry: RunningApp, person: grants.Caller, child: dict[str, Any]
) -> None:
    await registry.runtime.vault.destroy(subject_of(person))
    before = len(messages(registry))
    about_nobody = asked(child)
    assert (await take_in(registry, about_nobody)).status_code == 202
    await looked_at(registry, about_nobody["request"])
    assert len(messages(registry)) == before
    assert (await confirm(registry, about_nobody["request"], "12345678")).status_code == 403


async def test_two_children_of_one_name_and_birth_date_match_nobody(
    registry: RunningApp, child: dict[str, Any]
) -> None:
    other = grants.resident(registry.settings)
    named = {key: child[key] for key in CHILD}
    office = grants.partner(registry.settings, "org-621124-health", operation="file_record", subject=subject_of(other))
    async with registry.as_(other) as client:
        record = {"name": "另一位家长", "birth_date": "1990-01-01", "phone": "13911112222", "district": PEER}
        assert (await client.put("/v1/me/record", json=record)).status_code == 200
        await client.post("/v1/me/dependants", json=named)
    async with registry.as_(office) as client:
        body = {"record_type": "vaccination", "dependant_name": named["name"], "document": DOCUMENT}
        assert (await client.post(f"/v1/referrals/{uuid.uuid4()}/held-records", json=body)).status_code == 201
    before = len(messages(registry))
    ambiguous = asked(child)
    await take_in(registry, ambiguous)
    await looked_at(registry, ambiguous["request"])
    assert len(messages(registry)) == before


async def test_a_person_asks_for_a_record_and_reads_what_came_back(
    registry: RunningApp, person: grants.Caller, child: dict[str, Any]
) -> None:
    body = {"record_type": "vaccination", "region": PEER, "dependant": child["id"], "told": True}
    async with registry.as_(person) as client, registry.as_(grants.platform(registry.settings)) as gateway:
        request = (await client.post("/v1/me/record-requests", json=body)).json()
        assert request["state"] == "requested"
        sent = (await gateway.get(f"/platform/record-requests/{request['id']}")).json()
        assert sent["claims"] == {"name": child["name"], "birth_date": child["birth_date"]}
        path = f"/v1/me/record-requests/{request['id']}"
        assert (await client.get(f"{path}/record")).status_code == 404
        false = {"request": request["id"], "record_type": "school", "record": DOCUMENT}
        refused = await gateway.post("/platform/record-answers", json=false)
        assert refused.json()["code"] == "record-of-another-type"
        for _ in range(2):
            answer = {"request": request["id"], "record_type": "vaccination", "record": DOCUMENT}
            kept = await gateway.post("/platform/record-answers", json=answer)
            assert kept.json() == {"id": request["id"], "state": "answered"}
        assert (await client.get(path)).json()["state"] == "answered"
        assert (await client.get(f"{path}/record")).json()["record"]["entries"] == DOCUMENT["entries"]
        [listed] = (await client.get("/v1/me/record-requests")).json()["requests"]
    assert listed["id"] == request["id"]
    async with registry.as_(grants.resident(registry.settings)) as stranger:
        assert (await stranger.get(f"{path}/record")).status_code == 404


async def test_a_request_that_never_arrived_says_so_and_what_to_do(
    registry: RunningApp, person: grants.Caller, child: dict[str, Any]
) -> None:
    body = {"record_type": "vaccination", "region": PEER, "dependant": child["id"], "told": True}
    async with registry.as_(person) as client, registry.as_(grants.platform(registry.settings)) as gateway:
        request = (await client.post("/v1/me/record-requests", json=body)).json()["id"]
        path = f"/v1/me/record-requests/{request}"
        assert (await client.get(path)).json()["advice"] is None
        await registry.receive("gateway", request, 1, RecordRequestUndelivered(request=request, peer=PEER))

        async def told() -> bool:
            return bool((await client.get(path)).json()["state"] == "undeliverable")

        await until(told)
        assert "paper" in (await client.get(path)).json()["advice"]
        late = {"request": request, "record_type": "vaccination", "record": DOCUMENT}
        assert (await gateway.post("/platform/record-answers", json=late)).json()["state"] == "answered"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"told": False}, "record-request-not-told"),
        ({"region": "610118"}, "record-request-own-region"),
        ({"region": "999999"}, "record-request-region-unknown"),
        ({"record_type": "police"}, "body-invalid"),
    ],
)
async def test_a_request_that_cannot_be_made_is_named(
    registry: RunningApp, person: grants.Caller, change: dict[str, Any], code: str
) -> None:
    body = {"record_type": "vaccination", "region": PEER, "told": True} | change
    async with registry.as_(person) as client:
        answer = await client.post("/v1/me/record-requests", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("operation", "change", "status", "code"),
    [
        ("read_referral", {}, 403, "forbidden"),
        ("file_record", {"dependant_name": "没有此人"}, 422, "record-about-nobody"),
        ("file_record", {"document": DOCUMENT | {"entries": [{"religion": "x"}]}}, 422, "record-entry-not-on-list"),
        ("file_record", {"document": DOCUMENT | {"note": "x"}}, 422, "body-invalid"),
    ],
)
async def test_what_an_office_may_not_file_is_refused(
    registry: RunningApp, person: grants.Caller, operation: str, change: dict[str, Any], status: int, code: str
) -> None:
    office = grants.partner(registry.settings, "org-621124-health", operation=operation, subject=subject_of(person))
    body = {"record_type": "vaccination", "document": DOCUMENT} | change
    async with registry.as_(office) as client:
        answer = await client.post(f"/v1/referrals/{uuid.uuid4()}/held-records", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
