"""The directory speaks Open Referral HSDS 3.1: every answer validates and holds nothing the standard does not name."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from shared.contracts.events import OrganizationRegistered
from tests.conformance import vectors
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

SCHEMAS = {path.name: json.loads(path.read_text()) for path in vectors.files("hsds/schema", "*.json")}
OPENAPI = SCHEMAS.pop("openapi.json")


def closed(schema: Any) -> Any:
    """The schema with additional properties forbidden wherever it names properties."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    return made | {"additionalProperties": False} if "properties" in schema else made


KNOWN = Registry().with_resources(
    (
        name,
        Resource.from_contents(
            closed(schema) | {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name}
        ),
    )
    for name, schema in SCHEMAS.items()
)


def check(item: Any, name: str) -> None:
    validator = Draft202012Validator({"$ref": name}, registry=KNOWN, format_checker=FormatChecker())
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(item)] == []


@pytest.fixture(scope="module")
async def registry(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningApp]:
    async with apps.running("registry", postgres, tmp_path_factory.mktemp("registry")) as running:
        for sequence, slug in enumerate(("org-610118-centre", "org-610118-education"), 1):
            told = OrganizationRegistered(
                organization=slug, name=slug, kind="department", district="610118", services=("EDU-01", "EDU-02"),
                parent=None if sequence == 1 else "org-610118-centre",
            )  # fmt: skip
            await running.receive("identity", slug, 1, told)
        yield running


async def get(registry: RunningApp, path: str, **params: Any) -> Any:
    async with registry.as_() as anybody:
        answer = await anybody.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def page(registry: RunningApp, path: str, **params: Any) -> list[Any]:
    answer = await get(registry, path, per_page=100, **params)
    contents = answer.pop("contents")
    form = closed(OPENAPI["components"]["schemas"]["Page"])
    Draft202012Validator(form | {"required": sorted(form["properties"])}).validate(answer)
    assert answer["size"] == len(contents)
    return list(contents)


def test_the_check_notices_what_the_standard_does_not_name() -> None:
    service = {"id": "ac148810-d857-441c-9679-408f346de14b", "name": "x", "status": "active"}
    check(service, "service.json")
    with pytest.raises(AssertionError, match="catalogue_code"):
        check(service | {"catalogue_code": "EDU-01"}, "service.json")


@pytest.mark.parametrize("full", [False, True])
async def test_every_service_of_the_list_validates(registry: RunningApp, full: bool) -> None:
    services = await page(registry, "/directory/services", full=full)
    assert len(services) == 60
    for service in services:
        check(service, "service.json")


async def test_a_list_holds_one_to_one_fields_only(registry: RunningApp) -> None:
    for service in await page(registry, "/directory/services"):
        assert not any(isinstance(value, list) for value in service.values())


async def test_every_single_service_validates(registry: RunningApp) -> None:
    for service in await page(registry, "/directory/services"):
        check(await get(registry, f"/directory/services/{service['id']}"), "service.json")


async def test_every_organization_validates(registry: RunningApp) -> None:
    async def both() -> list[Any]:
        found = await page(registry, "/directory/organizations", full=True)
        return found if len(found) == 2 else []

    for organization in await until(both):
        check(organization, "organization.json")
        assert await get(registry, f"/directory/organizations/{organization['id']}") == organization


async def test_the_api_names_its_version(registry: RunningApp) -> None:
    answer = await get(registry, "/directory/")
    form = OPENAPI["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(closed(form), format_checker=FormatChecker()).validate(answer)
    assert answer["version"] == "3.1"
