"""Schemathesis tries every operation of the directory (HSDS), notices and the GovStack facade, and finds nothing."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from cli import documents
from tests.support import apps, grants
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer

TRIED = re.compile(r"^/(?:directory|govstack)(?:$|/)")
PROBLEM = {
    "type": "object",
    "required": ["type", "code", "title", "status", "detail"],
    "properties": {"status": {"type": "integer"}, "detail": {"type": "string", "minLength": 1}},
}
REFUSALS = {
    str(status): {"description": "a problem", "content": {"application/problem+json": {"schema": PROBLEM}}}
    for status in (400, 404, 409, 422)
}


def document() -> dict[str, Any]:
    """The app's own document with what every app says of refusals in its place (RFC 9457)."""
    own: dict[str, Any] = documents.built("registry").openapi()
    paths = {path: members for path, members in own["paths"].items() if TRIED.match(path)}
    for members in paths.values():
        for operation in members.values():
            answers = {status: told for status, told in operation["responses"].items() if status.startswith("2")}
            operation["responses"] = answers | REFUSALS
            shown = [each for each in operation["parameters"] if each["in"] != "header"]
            operation["parameters"] = shown  # the grant, which the gateway makes
    return own | {"paths": paths}


OPERATIONS = {found.ok().label: found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations()}


@pytest.fixture(scope="module")
async def registry(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    async with apps.running("registry", postgres, tmp_path_factory.mktemp("registry")) as running:
        yield running


def beyond_schemas(operation: Any) -> list[Any]:
    """The check that does not hold where a schema cannot say all that is asked.

    Moments lie between 1970 and 9990, and a consent is made of words of the signed release.
    """
    narrower = operation.method == "post" or "modified_after" in {each.name for each in operation.iter_parameters()}
    return CHECKS.get_by_names(["positive_data_acceptance"]) if narrower else []


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        (label, mode)
        for label, operation in sorted(OPERATIONS.items())
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or list(operation.iter_parameters())
    ],
    ids=lambda value: getattr(value, "value", value),
)
async def test_nothing_is_found(registry: RunningApp, label: str, mode: GenerationMode) -> None:
    operation, loop = OPERATIONS[label], asyncio.get_running_loop()
    own = "/service/individual/" in label
    caller = grants.resident(registry.settings, str(uuid.uuid4())) if own else None

    async def send(made: requests.PreparedRequest) -> httpx.Response:
        async with registry.as_(caller) as client:
            return await client.request(made.method, made.url, content=made.body, headers=dict(made.headers))

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: schemathesis.Case) -> None:
        made = requests.Request(**case.as_transport_kwargs(base_url="http://service.test")).prepare()
        answer = asyncio.run_coroutine_threadsafe(send(made), loop).result()
        case.validate_response(answer, excluded_checks=beyond_schemas(operation))

    await asyncio.to_thread(tried)
