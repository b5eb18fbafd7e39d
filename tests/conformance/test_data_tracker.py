"""findUsage speaks Data Tracker 2.1.0: every answer validates and holds nothing that the document does not name."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from gateway.audit.rules import entries
from tests.conformance import vectors
from tests.conformance.test_hsds import closed
from tests.service.gateway import logs, views
from tests.service.gateway.views import AMY, Gateway
from tests.support.postgres import TestServer

[FILE] = vectors.files("data-tracker", "dumonitor-openapi.yaml")
DOCUMENT = yaml.safe_load(FILE.read_text("utf-8"))
PATH = "/v2/findUsage"
ASKED = DOCUMENT["paths"][PATH]["get"]
SERVED = "/v1/me/data-tracker/findUsage"
FORM = ASKED["responses"]["200"]["content"]["application/json"]["schema"] | {"components": DOCUMENT["components"]}
NOT_READ = {"X-Road-UserId", "userCode"}  # the token alone says whose log is read


def check(answer: Any) -> None:
    errors = Draft202012Validator(closed(FORM), format_checker=FormatChecker()).iter_errors(answer)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.fixture
async def gateway(postgres: TestServer, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with views.served(await logs.create(postgres), tmp_path) as held:
        yield held


def test_the_check_notices_what_the_document_does_not_name() -> None:
    usage = {"logtime": "2026-01-31T10:20:30Z", "action": "x", "receiverCode": "x", "receiverSystem": "x"}
    check({"totalUsages": 1, "usages": [usage]})
    for wrong in (usage | {"fields": "x"}, usage | {"logtime": "x"}, {"action": "x"}):
        with pytest.raises(AssertionError, match="usages"):
            check({"totalUsages": 1, "usages": [wrong]})


async def test_every_kind_of_access_is_answered_in_the_published_form(gateway: Gateway) -> None:
    await gateway.access()
    await gateway.log.append(logs.entry(person="amy", permitted=False, reason="purpose-not-agreed"))
    for kind in ("staff", "helper", "resident"):
        actor = entries.Actor(kind=kind, region="610118")
        await gateway.access(kind="self", actor=actor, agreement=None, purpose=None)
    whole = await gateway.get(SERVED, AMY)
    check(whole)
    assert (whole["totalUsages"], len(whole["usages"])) == (6, 6)
    part = await gateway.get(f"{SERVED}?offset=1&limit=2&periodStart=2021-01-31T10:20:30Z", AMY)
    check(part)
    assert (part["totalUsages"], part["usages"]) == (7, whole["usages"][:2])


async def test_the_parameters_are_those_of_the_document_but_for_the_person(gateway: Gateway) -> None:
    app: Any = gateway.client._transport
    own = app.app.openapi()["paths"][SERVED]["get"]["parameters"]
    ours = {each["name"]: each["schema"].get("default") for each in own if each["in"] == "query"}
    theirs = {each["name"]: each["schema"].get("default") for each in ASKED["parameters"]}
    assert ours == {name: default for name, default in theirs.items() if name not in NOT_READ}
