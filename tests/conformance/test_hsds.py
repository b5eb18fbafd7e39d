"""The directory speaks Open Referral HSDS 3.1: every answer validates and holds nothing the standard does not name."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from shared.contracts.events import OrganizationRegistered
from tests.conformance import vectors
from tests.service.registry import offers
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

SCHEMAS = {path.name: json.loads(path.read_text()) for path in vectors.files("hsds/schema", "*.json")}
PLACES = ("鄠邑区第一小学", "草堂中心幼儿园", "余下街道小学")
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

        async def both() -> bool:
            return (await get(running, "/directory/organizations"))["total_items"] == 2

        await until(both)
        rows = [offers.row(key=str(number), place=place) for number, place in enumerate(PLACES)]
        assert (await offers.take_in(running, offers.as_csv(rows)))["state"] == "applied"
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


@pytest.mark.parametrize("shape", [{}, {"full": True}, {"minimal": True}])
async def test_every_service_of_the_list_validates(registry: RunningApp, shape: dict[str, bool]) -> None:
    services = await page(registry, "/directory/services", **shape)
    assert len(services) == 63
    for service in services:
        check(service, "service.json")


async def test_a_list_holds_one_to_one_fields_only(registry: RunningApp) -> None:
    for path in ("services", "organizations", "service_at_locations"):
        for each in await page(registry, f"/directory/{path}"):
            assert not any(isinstance(value, list) for value in each.values())


async def test_every_single_service_validates(registry: RunningApp) -> None:
    for service in await page(registry, "/directory/services"):
        check(await get(registry, f"/directory/services/{service['id']}"), "service.json")


async def test_the_offers_show_what_a_catalogue_entry_cannot(registry: RunningApp) -> None:
    [offered] = (await get(registry, "/directory/services", search="鄠邑区第一小学", full=True))["contents"]
    for member in ("languages", "schedules", "capacities", "service_at_locations"):
        assert offered[member], member


@pytest.mark.parametrize("full", [False, True])
async def test_every_service_at_location_validates(registry: RunningApp, full: bool) -> None:
    found = await page(registry, "/directory/service_at_locations", full=full)
    assert len(found) == 3
    for each in found:
        check(each, "service_at_location.json")
        whole = await get(registry, f"/directory/service_at_locations/{each['id']}")
        check(whole, "service_at_location.json")
        assert not full or whole == each


async def test_every_organization_validates(registry: RunningApp) -> None:
    for organization in await page(registry, "/directory/organizations", full=True):
        check(organization, "organization.json")
        assert await get(registry, f"/directory/organizations/{organization['id']}") == organization
    short = await page(registry, "/directory/organizations")
    assert len(short) == 2
    for organization in short:
        check(organization, "organization.json")


async def test_every_taxonomy_and_term_validates(registry: RunningApp) -> None:
    for taxonomy in await page(registry, "/directory/taxonomies"):
        check(taxonomy, "taxonomy.json")
        assert await get(registry, f"/directory/taxonomies/{taxonomy['id']}") == taxonomy
        terms = await page(registry, "/directory/taxonomy_terms", taxonomy_id=taxonomy["id"])
        assert terms, taxonomy["name"]
        for term in terms:
            check(term, "taxonomy_term.json")
            assert term["taxonomy_id"] == taxonomy["id"]
            assert (await get(registry, f"/directory/taxonomy_terms/{term['id']}"))["code"] == term["code"]


async def test_every_term_that_is_carried_can_be_read_and_filters(registry: RunningApp) -> None:
    carried = {
        (attribute["taxonomy_term"]["id"], path, each["id"])
        for path in ("services", "organizations")
        for each in await page(registry, f"/directory/{path}", full=True)
        for attribute in each["attributes"]
        if "taxonomy_term" in attribute
        and attribute["link_type"] in ("domain", "consent", "offers-service", "district")
    }
    for term, path, owner in sorted(carried):
        assert (await get(registry, f"/directory/taxonomy_terms/{term}"))["id"] == term
        assert owner in {each["id"] for each in await page(registry, f"/directory/{path}", taxonomy_term_id=term)}


async def test_a_taxonomy_filters_what_carries_any_term_of_it(registry: RunningApp) -> None:
    named = {each["name"]: each["id"] for each in await page(registry, "/directory/taxonomies")}
    assert len(await page(registry, "/directory/services", taxonomy_id=named["jieli-domain"])) == 63
    assert await page(registry, "/directory/services", taxonomy_id=named["jieli-district"]) == []
    assert len(await page(registry, "/directory/organizations", taxonomy_id=named["jieli-district"])) == 2


def published(path: str, method: str = "get") -> set[str]:
    """The names of the parameters that the standard's own document gives a path."""
    own = OPENAPI["paths"][path][method].get("parameters", [])
    named = OPENAPI["components"]["parameters"]
    return {named[each["$ref"].rpartition("/")[2]]["name"] if "$ref" in each else each["name"] for each in own}


# Distances need positions and one of a person could be typed there; the schema of an organisation has no services.
NOT_TAKEN = {"proximity", "full_service"}


@pytest.mark.parametrize("path", [path for path in OPENAPI["paths"] if path != "/"])
async def test_the_published_paths_and_parameters_are_there(registry: RunningApp, path: str) -> None:
    ours = registry.app.openapi()["paths"]
    [found] = [each for each in ours if re.sub(r"{\w+}", "{id}", each) == f"/directory{path}"]
    taken = {each["name"] for each in ours[found]["get"].get("parameters", []) if each["in"] == "query"}
    assert published(path) - NOT_TAKEN <= taken


async def test_our_own_answer_can_be_imported_as_a_package(registry: RunningApp) -> None:
    """What one directory says of its offers another can take in, and it says the same."""
    [service] = (await get(registry, "/directory/services", search="鄠邑区第一小学", full=True))["contents"]
    [placed] = service["service_at_locations"]
    organization = await get(registry, f"/directory/organizations/{service['organization_id']}")
    lists = {
        "service_capacity": "capacities",
        "language": "languages",
        "schedule": "schedules",
        "attribute": "attributes",
    }
    tables = {table: [plain(each) for each in service[member]] for table, member in lists.items()}
    tables |= {
        "service": [plain(service)],
        "service_at_location": [plain(placed)],
        "location": [plain(placed["location"])],
        "address": [plain(each) for each in placed["location"]["addresses"]],
        "organization_identifier": [plain(each) for each in organization["organization_identifiers"]],
    }
    done = await offers.take_in(registry, offers.tabular(tables), "hsds-json")
    assert (done["state"], done["changed"]) == ("applied", 1), done
    services = (await get(registry, "/directory/services", search="鄠邑区第一小学", full=True))["contents"]
    first, second = (
        {member: each[member] for member in ("name", "status", "assured_date", "wait_time")}
        | {"hours": [(hours["byday"], hours["opens_at"]) for hours in each["schedules"]]}
        | {"capacity": [(one["available"], one["maximum"], one["updated"]) for one in each["capacities"]]}
        for each in services
    )
    assert first == second


def plain(thing: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if not isinstance(value, dict | list)}


async def test_the_api_names_its_version(registry: RunningApp) -> None:
    answer = await get(registry, "/directory/")
    form = OPENAPI["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(closed(form), format_checker=FormatChecker()).validate(answer)
    assert answer["version"] == "3.1"
