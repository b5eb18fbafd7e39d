"""What does not fit is refused before anything is looked up or written: forms, keys, bodies, tokens of any content."""

import json
import random
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from demo import family
from demo.client import Actor
from demo.scene import EDUCATION
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_foreign_ids import consent, refer

UNKNOWN = "0198aaaa-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def resident(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].resident("somebody", family.phone(random.SystemRandom()))


def send(actor: Actor, method: str, path: str, content: bytes = b"", **changed: str) -> httpx.Response:
    """One request; `changed` replaces headers, an empty value leaves one out."""
    usual = actor.token.headers(method, path) | {
        "content-type": "application/json",
        "idempotency-key": str(uuid.uuid4()),
    }
    sent = usual | {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {name: value for name, value in sent.items() if value}
    return actor.region.http.request(method, path, content=content, headers=headers)


@pytest.fixture(scope="module")
def given(resident: Actor) -> str:
    answer = resident.post("/v1/me/consents", consent(refer(resident)))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def state(resident: Actor, given: str) -> str:
    return str(resident.get(f"/v1/me/consents/{given}").json()["state"])


async def waiting(platform: Installation) -> list[dict[str, Any]]:
    return await platform.rows("610118", "gateway", "SELECT consent FROM withdrawal WHERE NOT forwarded")


def test_without_a_key_a_partner_learns_of_no_referral(resident: Actor, platform: Installation) -> None:
    """The same for a referral that is there and one that nobody has: what is looked up is also logged and counted."""
    office = platform.regions()["receiving"].system("office", "org-610118-education", EDUCATION)
    agreed = {"jieli_agreement": EDUCATION.agreement, "jieli_purpose": EDUCATION.purpose}
    for referral in (refer(resident)["id"], UNKNOWN):
        refused = send(office, "POST", f"/v1/referrals/{referral}:start", b"{}", idempotency_key="", **agreed)
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "tab\tinside-it"])
async def test_a_withdrawal_that_is_refused_is_not_applied(
    resident: Actor, given: str, platform: Installation, key: str
) -> None:
    refused = send(resident, "POST", f"/v1/me/consents/{given}:withdraw", idempotency_key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-missing")
    assert not await waiting(platform)
    assert state(resident, given) == "given"


async def test_a_withdrawal_under_a_used_key_is_refused_and_not_applied(
    resident: Actor, given: str, platform: Installation
) -> None:
    key = str(uuid.uuid4())
    assert resident.post("/v1/me/consents", consent(refer(resident)), key=key).status_code == 201
    refused = send(resident, "POST", f"/v1/me/consents/{given}:withdraw", idempotency_key=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
    assert not await platform.rows("610118", "gateway", f"SELECT 1 FROM withdrawal WHERE consent = '{given}'")  # noqa: S608 - an id of the test's own
    assert state(resident, given) == "given"


async def test_ids_that_nobody_has_leave_no_mark(resident: Actor, platform: Installation) -> None:
    ids = {str(uuid.uuid4()) for _ in range(3)}
    for each in ids:
        assert resident.post(f"/v1/me/consents/{each}:withdraw").status_code == 404
    marked = await platform.rows("610118", "gateway", "SELECT consent FROM withdrawal")
    assert not {row["consent"] for row in marked} & ids


@pytest.mark.parametrize("content", [b"{", b'{"a": 1}', b"\xff", b"null", b"x" * 1000])
def test_where_nothing_is_read_nothing_may_be_sent(resident: Actor, given: str, content: bytes) -> None:
    for method, path in (("POST", f"/v1/me/consents/{given}:withdraw"), ("GET", "/v1/me/record")):
        answer = send(resident, method, path, content)
        assert (answer.status_code, answer.json()["code"]) == (400, "body-unexpected")
    assert state(resident, given) == "given"


def deep_token() -> str:
    header = urlsafe_b64encode(('{"a":' + "[" * 3000).encode()).decode().rstrip("=")
    return f"{header}.e30.e30"


ODD = [
    pytest.param("GET", "/v1/me/record", {"authorization": f"DPoP {deep_token()}"}, 401, id="deep token"),
    pytest.param("GET", "/v1/me/record", {"dpop": deep_token()}, 401, id="deep proof"),
    pytest.param("GET", "/v1/me/accesses", {"authorization": f"DPoP {deep_token()}"}, 401, id="deep token, own log"),
    pytest.param("GET", "/v1/agreements/%00", {}, 422, id="NUL in an agreement"),
    pytest.param("GET", "/directory/services?search=%00", {}, 422, id="NUL in a search for services"),
    pytest.param("GET", "/directory/organizations?search=%00", {}, 422, id="NUL in a search for organisations"),
    pytest.param("GET", "/directory/services?modified_after=9999-12-31T23:59:59-12:00", {}, 422, id="after all time"),
    pytest.param("GET", "/directory/services?modified_after=0001-01-01T00:00:00%2B14:00", {}, 422, id="before it"),
    pytest.param("GET", f"/v1/me/referrals/{UNKNOWN}%00", {}, 404, id="NUL in an id"),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), ODD)
def test_odd_content_is_the_callers_to_mend(
    resident: Actor, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = send(resident, method, path, **headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/v1/me/consents", "/v1/me/record-requests", "/v1/me/intakes"])
def test_a_body_of_any_depth_is_refused(resident: Actor, path: str) -> None:
    answer = send(resident, "POST", path, b'{"a":' * 100_000)
    assert (answer.status_code, answer.json()["code"]) == (400, "body-unreadable")


def test_a_body_with_very_many_faults_gets_a_short_answer(resident: Actor) -> None:
    body = json.dumps({f"unknown-{number}": 1 for number in range(20_000)}).encode()
    answer = send(resident, "POST", "/v1/confirmations", body)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (422, "body-invalid")
    assert (len(said["errors"]), said["faults"]) == (20, 20_002)
    assert len(answer.content) < 8_192


@pytest.mark.parametrize("name", ["\ud800", "k" * 100_000, "民族"])
def test_a_fault_is_named_whatever_it_is_called(resident: Actor, name: str) -> None:
    answer = send(resident, "POST", "/v1/confirmations", json.dumps({name: 1}).encode())
    assert answer.status_code == 422, answer.text
    assert len(answer.content) < 8_192


METHODS = [
    ("PATCH", "/v1/me/record", "GET, PUT"),
    ("GET", f"/v1/me/consents/{UNKNOWN}:withdraw", "POST"),
    ("DELETE", "/directory/services", "GET"),
    ("DELETE", "/v1/agreements", "GET, POST"),
    ("POST", "/v1/me/accesses", "GET"),
]


@pytest.mark.parametrize(("method", "path", "allowed"), METHODS)
def test_a_wrong_method_is_told_the_right_ones(resident: Actor, method: str, path: str, allowed: str) -> None:
    answer = send(resident, method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_monitors_may_ask_for_the_head_alone(resident: Actor, path: str) -> None:
    answer = resident.region.http.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_fault_of_ours_can_be_followed(resident: Actor, platform: Installation) -> None:
    """Every line of the log that belongs to a request carries its app and its trace."""
    trace = uuid.uuid4().hex
    path = "/v1/me/record"
    send(resident, "GET", path, traceparent=f"00-{trace}-{uuid.uuid4().hex[:16]}-01")
    log = platform.run / "610118" / "logs" / "apps.log"

    async def told() -> set[str]:
        lines = [json.loads(line) for line in log.read_text().splitlines() if trace in line]
        return {line["app"] for line in lines if line["event"] == "request" and line["trace_id"] == trace}

    async def both() -> bool:
        return await told() == {"gateway", "registry"}

    await until(both)
