"""The access evaluation speaks AuthZEN: its requests and answers validate against the published schemas."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.conformance import vectors
from tests.support import evaluations, governed
from tests.support.evaluations import ask, question
from tests.support.governed import Region
from tests.support.postgres import TestServer

PUBLISHED = {path.name.split(".")[0]: json.loads(path.read_text()) for path in vectors.files("authzen", "*.json")}
ASKED = Draft202012Validator(PUBLISHED["evaluation-request"])
ANSWERED = Draft202012Validator(PUBLISHED["evaluation-response"])
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


def test_our_own_description_says_the_same_as_the_standard(region: Region) -> None:
    """Every member that ours requires the standard knows, and the other way round."""
    ours = region.gateway.app.openapi()["components"]["schemas"]
    assert set(ours["EvaluationIn"]["required"]) == set(PUBLISHED["evaluation-request"]["required"])
    assert set(ours["EvaluationIn"]["properties"]) == set(PUBLISHED["evaluation-request"]["properties"])
    assert set(ours["EvaluationOut"]["properties"]) == set(PUBLISHED["evaluation-response"]["properties"])
    assert evaluations.PATH in region.gateway.app.openapi()["paths"]
