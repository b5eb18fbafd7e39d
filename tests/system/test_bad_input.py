"""Bad input through the gateway: a problem with a stable code that says what to do, and nothing half-written."""

import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from demo import family
from demo.client import Actor
from tests.support.launched import Installation

NEED = {"service": "HOU-04", "answers": {"姓名": "某人", "争议": "押金"}}
RECORD = {"name": "某人", "birth_date": "1990-01-01", "phone": "19900001234", "district": "610118"}
UNKNOWN = "0198aaaa-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Desk:
    """A resident's way in, with everything about a request in the test's hands."""

    resident: Actor
    http: httpx.Client

    def send(self, method: str, path: str, content: bytes = b"", **headers: str) -> httpx.Response:
        """One request as the resident; `headers` replace the usual ones, an empty value leaves one out."""
        usual = self.resident.token.headers(method, path) | {
            "content-type": "application/json",
            "idempotency-key": str(uuid.uuid4()),
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (usual | named).items() if value}
        return self.http.request(method, path, content=content, headers=sent)

    def intake(self, body: Any, **headers: str) -> httpx.Response:
        """An intake."""
        return self.send("POST", "/v1/me/intakes", json.dumps(body).encode(), **headers)

    def referrals(self) -> list[str]:
        """What stands there now."""
        listed = self.send("GET", "/v1/me/referrals?limit=200").json()["referrals"]
        return [entry["id"] for entry in listed]


@pytest.fixture(scope="module")
def desk(platform: Installation) -> Iterator[Desk]:
    here = platform.regions()["receiving"]
    yield Desk(here.resident("somebody", family.phone(random.SystemRandom())), here.http)


INTAKES = [
    pytest.param(b'{"needs": [', 400, "body-unreadable", id="malformed JSON"),
    pytest.param(b"\xff\xfe", 400, "body-unreadable", id="not UTF-8"),
    pytest.param(b"[]", 422, "body-invalid", id="a list"),
    pytest.param({"needs": "EDU-01"}, 422, "body-invalid", id="wrong type"),
    pytest.param({"needs": []}, 422, "body-invalid", id="nothing needed"),
    pytest.param({"needs": [NEED]}, 422, "intake-not-told", id="not told"),
    pytest.param({"needs": [NEED], "told": "yes"}, 422, "body-invalid", id="told by a word"),
    pytest.param({"needs": [NEED], "ethnicity": "x"}, 422, "body-invalid", id="unknown member"),
    pytest.param({"needs": [NEED | {"service": "ZZZ-99"}]}, 422, "service-unknown", id="unknown service"),
    pytest.param(
        {"needs": [NEED | {"service": "RES-01"}]}, 422, "service-is-information", id="police-run: information"
    ),
    pytest.param({"needs": [NEED | {"answers": {"民族": "x"}}]}, 422, "field-not-on-list", id="field not on the list"),
    pytest.param({"needs": [NEED | {"service": "EMP-01", "answers": {}}]}, 409, "no-recipient", id="nobody offers it"),
    pytest.param({"needs": [NEED, NEED | {"service": "EMP-01", "answers": {}}]}, 409, "no-recipient", id="one of two"),
]


@pytest.mark.parametrize(("body", "status", "code"), INTAKES)
def test_an_intake_that_does_not_fit_leaves_nothing(desk: Desk, body: Any, status: int, code: str) -> None:
    before = desk.referrals()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = desk.send("POST", "/v1/me/intakes", content)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code), said
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["type"] == f"/problems/{code}" and said["detail"]
    assert desk.referrals() == before


NAMES = [
    pytest.param("王\u0000伟", id="control character"),
    pytest.param("王\u202e伟", id="bidirectional override"),
    pytest.param("   ", id="only spaces"),
    pytest.param("\u064e", id="a lone combining mark"),
    pytest.param("长" * 151, id="over-long"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_one_is_refused_without_being_repeated(desk: Desk, name: str) -> None:
    answer = desk.send("PUT", "/v1/me/record", json.dumps(RECORD | {"name": name}).encode())
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("name-")
    assert name.strip() not in answer.text or not name.strip()


def test_a_number_whose_check_digit_is_wrong_is_refused_without_being_repeated(desk: Desk) -> None:
    number = "990000199001011234"
    body = RECORD | {"document_type": "resident_id", "document_number": number}
    answer = desk.send("PUT", "/v1/me/record", json.dumps(body).encode())
    assert answer.status_code == 422
    assert number not in answer.text


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(desk: Desk) -> None:
    key = str(uuid.uuid4())
    first = desk.intake({"needs": [NEED], "told": True}, idempotency_key=key)
    assert first.status_code == 201
    assert desk.intake({"needs": [NEED], "told": True}, idempotency_key=key).json() == first.json()
    other = desk.intake({"needs": [NEED | {"answers": {}}], "told": True}, idempotency_key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert desk.referrals().count(first.json()["referrals"][0]["id"]) == 1


def test_a_stale_version_is_refused(desk: Desk) -> None:
    assert desk.send("PUT", "/v1/me/record", json.dumps(RECORD).encode()).status_code == 200
    without = desk.send("PUT", "/v1/me/record", json.dumps(RECORD).encode())
    assert (without.status_code, without.json()["code"]) == (428, "if-match-missing")
    stale = desk.send("PUT", "/v1/me/record", json.dumps(RECORD).encode(), if_match='"99"')
    assert (stale.status_code, stale.json()["code"]) == (412, "version-stale")


REQUESTS = [
    pytest.param("POST", "/v1/me/intakes", {"idempotency_key": ""}, 400, "idempotency-key-missing", id="no key"),
    pytest.param("POST", "/v1/me/intakes", {"content_type": "text/plain"}, 415, "media-type-unsupported", id="media"),
    pytest.param("GET", "/v1/me/record", {"authorization": ""}, 401, "token-missing", id="no token"),
    pytest.param("GET", "/v1/me/record", {"authorization": "DPoP a.b.c"}, 401, "token-invalid", id="no JWT"),
    pytest.param("GET", "/v1/nothing", {}, 404, "not-found", id="unknown route"),
    pytest.param("DELETE", "/v1/agreements", {}, 405, "method-not-allowed", id="method"),
    pytest.param("GET", f"/v1/me/referrals/{UNKNOWN}", {}, 404, "not-found", id="unknown referral"),
    pytest.param("POST", f"/v1/me/consents/{UNKNOWN}:withdraw", {}, 404, "not-found", id="unknown consent"),
    pytest.param("GET", "/v1/me/referrals?cursor=nonsense!", {}, 400, "cursor-invalid", id="cursor"),
]


@pytest.mark.parametrize(("method", "path", "headers", "status", "code"), REQUESTS)
def test_a_request_that_does_not_fit_says_so(
    desk: Desk, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    content = json.dumps({"needs": [NEED], "told": True}).encode() if method == "POST" and "intakes" in path else b""
    answer = desk.send(method, path, content, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_body_that_is_too_large_is_refused(desk: Desk) -> None:
    answer = desk.send("POST", "/v1/me/intakes", b" " * (1_048_576 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_the_other_regions_token_is_worth_nothing_here(desk: Desk, platform: Installation) -> None:
    foreign = platform.regions()["sending"].resident("somebody", family.phone(random.SystemRandom())).token
    answer = desk.send("GET", "/v1/me/record", **foreign.headers("GET", "/v1/me/record"))
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
