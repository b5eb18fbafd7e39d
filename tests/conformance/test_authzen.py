"""Access evaluations speak AuthZEN: their requests and answers validate against the published schemas."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.conformance import vectors
from tests.support import governed
from tests.support.evaluations import PATH, SEVERAL, ask, question
from tests.support.governed import Region
from tests.support.postgres import TestServer

PUBLISHED = {path.name.split(".")[0]: json.loads(path.read_text()) for path in vectors.files("authzen", "*.json")}
ASKED = Draft202012Validator(PUBLISHED["evaluation-request"])
ANSWERED = Draft202012Validator(PUBLISHED["evaluation-response"])
WITHDRAWN = {"context": question(context__consent={"state": "withdrawn"})["context"]}
LEAST = {
    "subject": {"type": "user", "id": "alice@acmecorp.com"},
    "action": {"name": "can_read"},
    "resource": {"type": "account", "id": "fictitious"},
}


@pytest.fixture(scope="module")
async def region(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Region]:
    async with governed.running(postgres, tmp_path_factory.mktemp("authzen")) as held:
        yield held


@pytest.mark.parametrize(
    ("body", "decision"),
    [
        pytest.param(question(), True, id="permitted"),
        pytest.param(question(context__consent={"state": "withdrawn"}), False, id="refused"),
        pytest.param(LEAST, False, id="nothing but what the standard wants"),
    ],
)
async def test_question_and_answer_validate(region: Region, body: Any, decision: bool) -> None:
    ASKED.validate(body)
    answer = await ask(region, body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    ANSWERED.validate(answer.json())
    assert answer.json()["decision"] is decision


@pytest.mark.parametrize("part", ["subject", "action", "resource"])
async def test_what_the_standard_refuses_is_refused(region: Region, part: str) -> None:
    """Without a part that it requires, and with one that is empty."""
    without = {name: value for name, value in question().items() if name != part}
    for body in (without, question(**{part: {}})):
        assert not ASKED.is_valid(body)
        refused = await ask(region, body)
        assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid")
        assert refused.json()["errors"][0]["pointer"].startswith(f"/body/{part}")


async def test_what_was_published_as_an_example_says_more_than_is_read_here(region: Region) -> None:
    """Free members could hold anything about anybody: the answer names each instead of passing over it."""
    (example,) = PUBLISHED["evaluation-request"]["examples"]
    refused = await ask(region, example)
    pointers = {each["pointer"] for each in refused.json()["errors"]}
    assert (refused.status_code, pointers) == (
        422,
        {"/body/resource/id", "/body/action/properties", "/body/context/time"},
    )


async def several(region: Region, semantic: str | None, *parts: Any) -> list[bool]:
    """The decisions about these parts of one question; whole, each is what the standard asks for, and so its answer."""
    options = {"options": {"evaluations_semantic": semantic}} if semantic else {}
    for part in parts:
        ASKED.validate(question() | part)
    answer = await ask(region, question() | {"evaluations": parts} | options, path=SEVERAL)
    assert (answer.status_code, list(answer.json())) == (200, ["evaluations"]), answer.text
    for each in answer.json()["evaluations"]:
        ANSWERED.validate(each)
    return [each["decision"] for each in answer.json()["evaluations"]]


@pytest.mark.parametrize(
    ("semantic", "decisions"),
    [
        pytest.param(None, [True, False, True], id="all is what is meant without a word"),
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
async def test_several_are_answered_in_order_as_far_as_was_asked(
    region: Region, semantic: str | None, decisions: list[bool]
) -> None:
    assert await several(region, semantic, {}, WITHDRAWN, {}) == decisions


async def test_the_first_yes_ends_it_and_not_the_first_no(region: Region) -> None:
    assert await several(region, "permit_on_first_permit", WITHDRAWN, {}, {}) == [False, True]
    assert await several(region, "deny_on_first_deny", {}, {}) == [True, True]


async def test_what_one_names_itself_replaces_what_stands_beside_the_list(region: Region) -> None:
    assert await several(region, None, LEAST, {"action": {"name": "file_record"}}, {}) == [False, False, True]


async def test_without_a_list_it_is_the_single_evaluation(region: Region) -> None:
    single = (await ask(region, question())).json()
    for body in (question(), question() | {"evaluations": []}):
        answer = await ask(region, body, path=SEVERAL)
        ANSWERED.validate(answer.json())
        assert (answer.status_code, answer.json()) == (200, single)


async def test_what_neither_the_question_nor_its_neighbourhood_says_is_refused(region: Region) -> None:
    whole = question()
    without = {"action": whole["action"], "resource": whole["resource"]}
    refused = await ask(region, without | {"evaluations": [{"subject": whole["subject"]}, {}]}, path=SEVERAL)
    assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/body/evaluations/1/subject"]
    alone = await ask(region, without, path=SEVERAL)
    assert [each["pointer"] for each in alone.json()["errors"]] == ["/body/subject"]


async def test_where_to_ask_is_published(region: Region) -> None:
    """Policy decision point metadata; nothing is searched, so no search is named."""
    async with governed.client(region.gateway) as http:
        told = await http.get("/.well-known/authzen-configuration")
    assert (told.status_code, told.headers["content-type"]) == (200, "application/json")
    address = governed.ISSUER
    assert told.json() == {
        "policy_decision_point": address,
        "access_evaluation_endpoint": address + PATH,
        "access_evaluations_endpoint": address + SEVERAL,
    }


def test_our_own_description_says_the_same_as_the_standard(region: Region) -> None:
    """Every member that ours requires the standard knows, and the other way round."""
    ours = region.gateway.app.openapi()["components"]["schemas"]
    assert set(ours["EvaluationIn"]["required"]) == set(PUBLISHED["evaluation-request"]["required"])
    assert set(ours["EvaluationIn"]["properties"]) == set(PUBLISHED["evaluation-request"]["properties"])
    assert set(ours["EvaluationOut"]["properties"]) == set(PUBLISHED["evaluation-response"]["properties"])
    assert {PATH, SEVERAL} <= region.gateway.app.openapi()["paths"].keys()
