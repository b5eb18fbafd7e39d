"""The filter: whatever a service answers, nothing leaves that was not allowed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.exchange import filter as filters
from shared.problems import Problem

CANARY = "金丝雀"
REFERRAL = "0199c0de-0000-7000-8000-000000000001"
JSON = "application/json; charset=utf-8"


def filtered(
    answer: object, fields: dict[str, Any], operation: str = "read_referral"
) -> tuple[dict[str, Any], filters.Filtered]:
    done = filters.apply(operation, JSON, json.dumps(answer).encode(), fields)
    return json.loads(done.body), done


def test_allowed_fields_pass_and_others_are_dropped_and_counted() -> None:
    answer = {
        **{
            "referral": REFERRAL,
            "service": "EDU-01",
            "state": "accepted",
            "fhir": "in-progress",
            "version": 3,
            "due": None,
        },
        "fields": {"姓名": "王小明", "证件号码": CANARY, "出生日期": "2019-05-01"},
        "_links": {"person": CANARY},
    }
    body, done = filtered(answer, {"姓名": "none", "出生日期": "year"})
    assert body["fields"] == {"姓名": "王小明", "出生日期": "2019"}
    assert (body["state"], body["fhir"], body["due"]) == ("accepted", "in-progress", None)
    assert set(done.sent) == {"姓名", "出生日期"}
    assert done.dropped == 2
    assert CANARY not in done.body.decode()


def test_a_field_without_a_value_stays_without_alarm() -> None:
    body, done = filtered({"fields": {"姓名": None}}, {"姓名": "none"})
    assert body == {"fields": {"姓名": None}}
    assert done.dropped == 0


@pytest.mark.parametrize("value", ["last spring", "20190501", "2019-05-01 and more", 2019, {"year": CANARY}, [CANARY]])
def test_what_cannot_be_made_coarser_is_dropped(value: object) -> None:
    body, done = filtered({"fields": {"出生日期": value}}, {"出生日期": "year"})
    assert body["fields"] == {}
    assert done.dropped == 1


@pytest.mark.parametrize("kind", ["text/html", "application/pdf", "application/jsonp", "", "multipart/form-data"])
def test_an_unlisted_type_does_not_leave(kind: str) -> None:
    with pytest.raises(Problem) as raised:
        filters.apply("read_referral", kind, b"{}", {})
    assert raised.value.kind.status == 502


@pytest.mark.parametrize("body", [b"", b"[]", b'"text"', b'{"fields":', b"\xff\xfe", b"1"])
def test_a_body_that_is_no_object_does_not_leave(body: bytes) -> None:
    with pytest.raises(Problem):
        filters.apply("read_referral", JSON, body, {"姓名": "none"})


def test_a_services_problem_keeps_its_code_and_verbs_and_none_of_its_words() -> None:
    problem = {
        **{"type": CANARY, "code": "state-conflict", "title": CANARY, "status": 409, "detail": CANARY},
        **{
            "allowed": ["accept", CANARY],
            "state": "requested",
            "errors": [{"pointer": CANARY}],
            "fields": {"姓名": CANARY},
        },
    }
    done = filters.apply("answer_referral", "application/problem+json", json.dumps(problem).encode(), {"姓名": "none"})
    body = json.loads(done.body)
    assert body["code"] == "state-conflict"
    assert (body["allowed"], body["errors"]) == (["accept"], [])
    assert body["detail"] == "Use one of the verbs in `allowed`."
    assert CANARY not in done.body.decode()


FAULTS = [
    pytest.param({"pointer": "/body/reason", "reason": CANARY}, ["/body/reason"], id="a member"),
    pytest.param({"pointer": "/body/entries/3/vaccine"}, ["/body/entries/3/vaccine"], id="in a list"),
    pytest.param({"pointer": "/body/990000199001011234"}, [], id="a number"),
    pytest.param({"pointer": "/body/王小明"}, [], id="a name"),
    pytest.param({"pointer": "body"}, [], id="no pointer"),
    pytest.param({"pointer": ["/body"]}, [], id="no text"),
    pytest.param("/body/reason", [], id="no object"),
]


@pytest.mark.parametrize(("fault", "told"), FAULTS)
def test_a_problem_says_where_the_fault_lies_and_what_to_do(fault: object, told: list[str]) -> None:
    problem = {"code": "body-invalid", "status": 422, "detail": CANARY, "errors": [fault]}
    done = filters.apply("answer_referral", "application/problem+json", json.dumps(problem).encode(), {})
    body = json.loads(done.body)
    assert body["detail"] == "Mend the fields listed in `errors` and send again."
    assert body["errors"] == [{"pointer": pointer} for pointer in told]
    assert CANARY not in done.body.decode()


def test_the_faults_that_are_told_are_few() -> None:
    problem = {"code": "body-invalid", "status": 422, "errors": [{"pointer": "/body/reason"}] * 1000}
    done = filters.apply("answer_referral", "application/problem+json", json.dumps(problem).encode(), {})
    assert len(json.loads(done.body)["errors"]) == 20


values = st.recursive(
    st.just(CANARY) | st.integers() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["姓名", "x", "fields"]), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = [
    "referral",
    "service",
    "state",
    "version",
    "due",
    "next",
    "answers",
    "姓名",
    "detail",
    "code",
    "_links",
    "items",
]


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(KEYS), values),
    st.dictionaries(st.sampled_from(["姓名", "证件号码", "联系电话"]), values),
    st.sampled_from(["read_referral", "answer_referral", "file_record", "unknown"]),
    st.booleans(),
)
def test_no_canary_leaves_outside_the_grant(
    outside: dict[str, Any], fields: dict[str, Any], operation: str, problem: bool
) -> None:
    answer = {**outside, "code": "some-code", "fields": {**fields, "姓名": "allowed"}}
    media = "application/problem+json" if problem else JSON
    done = filters.apply(operation, media, json.dumps(answer).encode(), {"姓名": "none"})
    assert CANARY not in done.body.decode()
    assert set(json.loads(done.body).get("fields", {})) <= {"姓名"}
