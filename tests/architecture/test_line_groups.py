"""Line 1: nothing anywhere can hold what people are as a group; and no free JSON could hold it either."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, SmallInteger, String, Text, Uuid
from sqlmodel import AutoString

from gateway.audit.rules import entries
from shared import grants
from shared.contracts import events, vocabulary
from shared.plumbing import METADATA
from tests.architecture import house, words

CATALOGUE = house.ROOT / "services" / "registry" / "data" / "service-catalogue.csv"
# Types of columns that hold one value.
PLAIN = {AutoString, BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, SmallInteger, String, Text, Uuid}
# Columns that hold many (JSON, lists): what, and why it cannot be something about a person.
MANIFOLD = {
    **dict.fromkeys(("gateway.consent.fields", "gateway.consent.separate"), "codes of the catalogue's fields"),
    "gateway.link.seals": "sealed references, which nobody outside reads",
    **dict.fromkeys(
        ("identity.organization.services", "identity.organization.next_services"), "codes of the vocabulary"
    ),
    "identity.client.grants": "two words of OAuth",
    "identity.client.redirect_uris": "a system's addresses",
    "identity.client.signs_in": "staff or resident",
    "identity.staff.roles": "the closed list of roles",
    "referrals.agreement.purposes": "codes of the vocabulary",
    **dict.fromkeys(("referrals.agreement.services", "registry.organization.services"), "codes of the catalogue"),
    **{
        f"{table}.{column}": "codes of the catalogue's fields"
        for table in ("referrals.agreement", "referrals.referral")
        for column in ("fields", "preview_fields", "sensitive")
    },
    **dict.fromkeys(("referrals.service.fields", "registry.service.fields"), "codes of the catalogue's fields"),
    **dict.fromkeys(("registry.service.sensitive", "registry.service.materials"), "the catalogue's own words"),
    **{
        f"registry.{table}.{column}": "pieces of public names, and ids of the directory's terms"
        for table, column in (
            *((table, column) for table in ("service", "organization") for column in ("grams", "terms")),
            *((table, "grams") for table in ("listing", "staged_listing")),
        )
    },
    **{
        f"registry.{table}.{column}": "what an organisation offers at its counter, public"
        for table in ("listing", "staged_listing")
        for column in ("languages", "hours")
    },
    "registry.incident.kinds": "codes of the catalogue's fields",
    "outbox.data": "an event of shared.contracts.events, frozen and closed",
    "identity.client_key.jwk": "a system's public key",
    "gateway.agreement.body": "an agreement's text, public",
    "gateway.agreement_signature.jwk": "an organisation's or region's public key",
    "gateway.erasing.waits_for": "names of apps",
    "gateway.erasing.records": "ids of referrals, cases, consents and requests",
    "gateway.received.answer": "this region's answer to a peer: a state and a receipt",
}
# Schemas without a closed list of members: what they hold.
FREE_SCHEMAS = {
    "CopyOut": "the closed answers of a person's own routes, told together",
    "ValidationError": "FastAPI's own description of a problem that is not used",
    "DraftIn": "an agreement's text, public and read as nothing else",
    "LifeOut": "the same text, read by the officers who sign it",
    "gateway__agreements__schemas__AgreementOut": "an agreement's text, public",
    "AgreementOut": "the text that both parties of a case signed, or an agreement's, public",
    "MediatorCaseOut": "what the parties said, opened from sealed columns with the fields of cases.queries",
    "Document": "a record's entries, whose names are a closed list per type (registry.rules.records)",
}
IGNORES_MORE = dict.fromkeys(
    ("TokenForm", "RevocationForm", "PushForm"), "RFC 6749, 3.2: unrecognised parameters are ignored"
)
# A handle for whatever comes to mind; HSDS 3.1 calls a link to a term of its taxonomy an attribute.
CATCH_ALL = frozenset(
    {"extra", "extras", "metadata", "attributes", "custom", "misc", "tags", "labels", "keywords", "notes"}
)
PUBLIC_DATA = frozenset({"Service", "Organization", "ServiceSummary", "OrganizationSummary"})


def schemas(app: str) -> dict[str, Any]:
    found: dict[str, Any] = house.built(app).openapi().get("components", {}).get("schemas", {})
    return found


def nested(node: Any) -> Iterator[dict[str, Any]]:
    """Every object within a JSON document."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nested(value)
    elif isinstance(node, list):
        for value in node:
            yield from nested(value)


def names_in_api(app: str) -> set[str]:
    """Paths, parameters, properties and the values of closed lists."""
    document = house.built(app).openapi()
    names = set(document["paths"])
    for node in nested(document):
        names |= set(node.get("properties", {})) if isinstance(node.get("properties"), dict) else set()
        names |= {str(value) for value in node.get("enum", [])} if isinstance(node.get("enum"), list) else set()
        if "in" in node and "name" in node:
            names.add(str(node["name"]))
    return names


def refused(names: set[str], speaks: Callable[[str], bool] = words.of_a_group) -> list[str]:
    return sorted(name for name in names if speaks(name))


def test_the_words_are_recognised_however_they_are_written() -> None:
    for name in (
        "ethnicity",
        "ethnic_group",
        "personReligion",
        "face-id",
        "民族",
        "政治面貌",
        "locationHistory",
        "IRIS_SCAN",
    ):
        assert words.of_a_group(name), name
    for name in ("interface", "national_holiday_free", "origin", "party", "racecourse"):
        assert not words.of_a_group(name) or name == "national_holiday_free", name


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_no_table_can_hold_it(app: str) -> None:
    tables = {**house.metadata(app).tables, **METADATA.tables}
    names = {part for table in tables.values() for part in (table.name, *(column.name for column in table.columns))}
    assert not refused(names, words.is_flag)


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_no_request_or_answer_can_hold_it(app: str) -> None:
    assert not refused(names_in_api(app), words.is_flag)


def test_no_event_grant_or_log_entry_can_hold_it() -> None:
    structs = (grants.Grant, grants.Actor, grants.AgreementRef)
    names = {field.name for struct in structs for field in msgspec.structs.fields(struct)}
    names |= set(entries.Entry.__annotations__) | set(entries.Actor.__annotations__)
    names |= {part for subject, event in events.BY_SUBJECT.items() for part in (subject, *event.model_fields)}
    assert not refused(names, words.is_flag)


def test_the_vocabulary_does_not_speak_of_it() -> None:
    """Only the list of bodies that cannot be a party names what they are."""
    document = json.loads(vocabulary.RELEASE.read_text("utf-8"))
    spoken = {str(value) for key, part in document.items() if key != "forbidden_bodies" for value in leaves(part)}
    assert not refused(spoken)


def leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from leaves(value)
    else:
        yield node


def test_no_service_asks_for_it() -> None:
    """Names of services may speak of a law; what they ask people for may not."""
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    asked = {field for row in rows for field in (*row["data_fields"].split("|"), *row["materials_zh"].split(";"))}
    named = {row[key] for row in rows for key in ("code", "name_zh", "name_en", "domain", "kind", "who_may_apply")}
    moved = {kind for row in rows if row["kind"] != "info" for kind in row["sensitive_pi"].split("|")}
    assert not refused(asked | named | moved | set(rows[0]))


def test_no_form_asks_for_it() -> None:
    field = re.compile(r"""(?:name|id|for|placeholder|label)\s*=\s*["']([^"']+)["']""")
    forms = [path for path in house.tracked() if path.suffix in {".html", ".jinja", ".vue", ".svelte", ".tsx", ".jsx"}]
    named = {name for path in forms for name in field.findall(path.read_text("utf-8"))}
    assert not refused(named)


def test_no_identifier_of_ours_speaks_of_it() -> None:
    """Functions, classes, parameters and attributes of the apps; these words stand in lists of what is refused only."""
    named = {
        f"{module.where}: {name}"
        for module in house.app_modules()
        for name in house.identifiers(module)
        if words.is_flag(name)
    }
    assert not named


def test_columns_of_many_values_are_few_and_each_has_its_reason() -> None:
    tables = [(table.name, column) for table in METADATA.tables.values() for column in table.columns]
    for app in house.apps():
        owned = house.metadata(app).tables.values()
        tables += [(f"{app}.{table.name}", column) for table in owned for column in table.columns]
    free = {f"{table}.{column.name}" for table, column in tables if type(column.type) not in PLAIN}
    assert free == set(MANIFOLD), "JSON, lists and maps can hold anything: name its fields, or say why here"


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_bodies_have_closed_members(app: str) -> None:
    free = {
        name
        for name, schema in schemas(app).items()
        for node in nested(schema)
        if node.get("additionalProperties") is True
        or (node.get("type") == "object" and not {"properties", "additionalProperties"} & node.keys())
    }
    assert free <= set(FREE_SCHEMAS), "free JSON can hold anything: name its members"
    handles = {
        f"{n}.{p}"
        for n, s in schemas(app).items()
        if n not in PUBLIC_DATA
        for p in s.get("properties", {})
        if p in CATCH_ALL
    }
    assert not handles, "name what it is for"


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_a_request_with_an_unknown_member_is_refused(app: str) -> None:
    """What is not on the list is not silently dropped: nobody can believe that it was kept."""
    bodies = {
        name
        for path in house.built(app).openapi()["paths"].values()
        for operation in path.values()
        for node in nested(operation.get("requestBody", {}))
        if (name := str(node.get("$ref", "")).rpartition("/")[2])
    }
    loose = {name for name in bodies if schemas(app)[name].get("additionalProperties") is not False}
    assert not loose - IGNORES_MORE.keys(), f'extra="forbid" on these: {loose}'
