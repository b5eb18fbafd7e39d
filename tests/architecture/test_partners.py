"""The partners' document: what may be called from outside, as the gateway wants it, and nothing of the inside."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from cli import authorisation, collection
from gateway.exchange import deprecations, policy
from shared import requests
from shared.contracts import vocabulary
from tests.architecture import house
from tests.architecture.test_line_groups import nested

# Of what the sandbox has none: offers of the directory, and records that a clinic of another region files.
LEFT_OUT = {"registry_tell_capacity", "registry_assure_listing", "registry_file_record"}
DOCUMENT: dict[str, Any] = json.loads((house.ROOT / "docs" / "openapi" / "partners.json").read_text("utf-8"))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation."""
    for path, methods in DOCUMENT["paths"].items():
        for method, found in methods.items():
            yield method.upper(), path, found


def wanted(found: dict[str, Any]) -> set[str]:
    """The headers that have to be sent."""
    return {each["name"] for each in found["parameters"] if each["in"] == "header" and each["required"]}


def table() -> dict[tuple[str, str], Any]:
    """The lines of the gateway's table that are no pages."""
    lines = [line for line in house.route_table() if not line.browser]
    return {(line.method, authorisation.shape(line.template)): line for line in lines}


def test_it_has_every_line_of_the_table_and_beside_them_the_gateways_own() -> None:
    listed = {(method, authorisation.shape(path)) for method, path, _ in operations()}
    assert table().keys() - listed == {("GET", "/directory")}, "which is /directory/ without its end"
    own = {(method, authorisation.shape(r.path)) for r in house.routes("gateway") for method in r.methods or ()}
    assert listed - table().keys() < own


def test_the_changelog_names_operations_that_exist_and_every_one_that_goes() -> None:
    text = (house.ROOT / "docs" / "changelog.md").read_text("utf-8")
    named = set(re.findall(r"`((?:GET|PUT|POST) /[^`]*)`", text))
    going = {f"{line.method} {line.template}" for line in deprecations.every()}
    assert named - going <= {f"{method} {path}" for method, path, _ in operations()}
    assert going <= named, "say in docs/changelog.md what goes, and when"


def test_nothing_of_the_inside_is_shown() -> None:
    text = json.dumps(DOCUMENT)
    assert not [word for word in ("jieli-grant", "/platform/", "/federation/", "HTTPValidationError") if word in text]


def test_each_operation_wants_what_the_gateway_wants() -> None:
    for method, path, found in operations():
        line = table().get((method, authorisation.shape(path)))
        kind = line.kind if line else found["tags"][0]
        expected = {"Idempotency-Key"} if requests.is_keyed(kind, method, line.operation if line else "") else set()
        expected |= {"Jieli-Agreement", "Jieli-Purpose"} if kind == "exchange" else set()
        assert wanted(found) - {"DPoP"} == expected, path
        assert found.get("security", []) == ([] if kind == "public" else [{"token": [], "proof": []}]), path


def test_answers_name_their_decision_and_what_is_left_and_refusals_do_from_the_step_on_that_knows() -> None:
    for method, path, found in operations():
        line = table().get((method, authorisation.shape(path)))
        told = {"Jieli-Decision", "Jieli-Receipt"} if line and line.operation else set()
        told |= {"RateLimit", "RateLimit-Policy"} if line and line.kind == "exchange" else set()
        good = [answer for status, answer in found["responses"].items() if status.startswith("2")]
        assert [answer["headers"].keys() - {"ETag"} for answer in good] == [told] * len(good), path
        assert found["responses"]["default"]["headers"].keys() == told | {"Retry-After"}, path


def test_the_collection_has_every_operation_of_a_partners_system() -> None:
    rules = policy.load(vocabulary.load())
    roles = {name: rule.roles for name, rule in (*rules.internal.items(), *rules.exchange.items())}
    lines = {place: line for place, line in table().items() if "system" in roles.get(line.operation, ())}
    systems = {found["operationId"] for m, path, found in operations() if (m, authorisation.shape(path)) in lines}
    assert systems - {step.operation for step in collection.STEPS} == LEFT_OUT


def test_every_refusal_is_a_problem() -> None:
    for _, path, found in operations():
        assert list(found["responses"]["default"]["content"]) == ["application/problem+json"], path
        assert "422" not in found["responses"], path


def test_names_serve_once_and_references_lead_somewhere() -> None:
    ids = [found["operationId"] for _, _, found in operations()]
    assert len(set(ids)) == len(ids)
    for node in nested(DOCUMENT):
        at = DOCUMENT
        for part in str(node.get("$ref", "#")).split("/")[1:]:
            at = at[part]


def test_schemas_are_schemas() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
