"""Lines 3, 4 and 12: nobody lists, searches, counts or exports people; nothing personal stands in clear."""

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import LargeBinary

from tests.architecture import house, words
from tests.architecture.test_line_groups import nested, schemas
from tests.architecture.test_routes import kinds, methods

# Columns in clear whose name sounds personal, and what they hold.
IN_CLEAR = {
    "identity.organization.name": "an organisation's, public",
    "identity.organization.next_name": "an organisation's, public",
    "identity.organization.office_phone": "an office's line, public; the form takes no mobile's number",
    "identity.organization.office_address": "an office's, public",
    "referrals.organisation.name": "an organisation's, public",
    "registry.organization.name": "an organisation's, public",
    "registry.division.name": "a place's, public",
    "registry.service.name_zh": "a service's, public",
    "registry.service.name_en": "a service's, public",
    **{
        f"registry.{table}.{column}": "of a counter that offers a service, public"
        for table in ("listing", "staged_listing")
        for column in ("address", "languages")
    },
    "referrals.service.name_zh": "a service's, public",
    "referrals.service.name_en": "a service's, public",
    "cases.committee.name": "a committee's, public",
    "gateway.party.name": "an organisation's, public",
}
INDEX = re.compile(r"(?:^|_)(?:name|contact|number)_index$")
# Parameters a query may have: pages, states, and the directory's own (public data about services and organisations).
PAGES = {"limit", "cursor", "state", "fields", "from", "to"}
DIRECTORY = {
    *("search", "page", "per_page", "format", "full", "minimal", "modified_after", "organization_id", "postcode"),
    *("taxonomy_id", "taxonomy_term_id", "top_only", "parent_id"),
}
# What a path may name: things, never a person.
MEMBERS = {
    *("referral", "consent", "case", "request", "entry"),
    *("organization", "organization_id", "service_id", "agreement", "version", "client", "code"),
    "notice",  # the code of a purpose
    "log",  # a digest of the log's name
    *("at_location_id", "taxonomy_id", "term_id", "listing", "import_id", "part"),
    *(
        "session_id",
        "passkey",
        "key",
        "presence",
        "delegation",
        "erasure",
        "writing",
        "comparison",
        "merge",
        "rights_request",
        "assessment",
        "incident",
    ),
    "staff",  # a work id, for their administrator; a resident is never an address
}
OF_EVERYBODY = re.compile(
    r"(?:^|[/:_-])(?:people|persons?|residents?|citizens?|roster|search|query|count|statistics|stats|export|dump|bulk|batch)"
    r"(?:$|[/:_-])"
)
# Notices are chosen by version and language, both of public texts; GovStack's lists have their own names for a page.
NOTICES = {"version", "language"}
GOVSTACK = {"offset", "limit", "revisionId"}
PUBLIC_LISTS = re.compile(
    r"^/(?:directory|v1/organizations|v1/divisions|v1/agreements|\.well-known"
    r"|govstack/consent/(?:config|audit|service/(?!individual)))"
)
# Which of her own entries she reads, in the words of Estonia's Data Tracker.
OWN_LOG = {"/v1/me/data-tracker/findUsage": {"offset", "limit", "periodStart", "periodEnd"}}
# What the sign-in's addresses carry: RFC 9126, 4; RFC 6749, 4.1.2; RFC 9207.
SIGN_IN = {
    "/v1/authorize": {"client_id", "request_uri"},
    "/sign-in/upstream-back": {"code", "state", "iss", "error"},
}
# Lists of organisations that are not public as a whole, for those who administer them: what names an office.
OF_OFFICES = {"/v1/administered-organizations": {"name", "office_phone", "office_address"}}
# The desk reads what somebody asks for, in her words, and never whose words they are.
OF_THE_DESK = re.compile(r"^/v1/rights-requests(?:$|/)")
# The directory, and what officers keep account of: about services and processing, never about a person.
PUBLIC_WORK = re.compile(r"^/v1/(?:catalogue-imports|directory-imports|listings|impact-assessments|incidents)(?:$|/)")
HEADERS = {"jieli-grant", "if-match", "authorization", "dpop"}
EVERY_ROUTE = [(app, route) for app in sorted(house.apps()) for route in house.routes(app)]


def parameters(app: str, where: str) -> dict[str, set[str]]:
    """path -> names of the parameters that stand there (query, header, path)."""
    return {
        path: {
            each["name"]
            for operation in members.values()
            for each in operation.get("parameters", [])
            if each["in"] == where
        }
        for path, members in house.built(app).openapi()["paths"].items()
    }


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_nothing_personal_stands_in_clear(app: str) -> None:
    """Names, numbers, contacts, birth dates and language lie in sealed bytes; indexes over them are keyed bytes."""
    clear = {
        f"{app}.{table.name}.{column.name}"
        for table in house.metadata(app).tables.values()
        for column in table.columns
        if words.of_a_person(column.name) and not isinstance(column.type, LargeBinary)
    }
    assert clear <= set(IN_CLEAR), "seal it with shared.vault"


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_an_index_over_something_personal_is_keyed_bytes(app: str) -> None:
    for table in house.metadata(app).tables.values():
        for index in table.indexes:
            for column in index.columns:
                assert not words.of_a_person(column.name) or INDEX.search(column.name), f"{table.name}.{column.name}"


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_no_parameter_picks_people(app: str) -> None:
    for path, names in parameters(app, "query").items():
        allowed = PAGES | DIRECTORY if path.startswith("/directory/") else PAGES
        allowed = SIGN_IN.get(path, allowed)
        allowed = OWN_LOG.get(path, allowed)
        allowed = NOTICES if path.startswith("/directory/notices") else allowed
        allowed = GOVSTACK if path.startswith("/govstack/consent/") else allowed
        assert names <= allowed, f"{path}: {names - allowed}"
    for path, names in parameters(app, "path").items():
        assert names <= MEMBERS, f"{path} names {names - MEMBERS}: a person is never an address"
    for path, names in parameters(app, "header").items():
        assert {name.lower() for name in names} <= HEADERS, path


@pytest.mark.parametrize(("app", "route"), EVERY_ROUTE, ids=lambda value: getattr(value, "path", value))
def test_no_route_lists_searches_counts_or_exports_people(app: str, route: APIRoute) -> None:
    assert not OF_EVERYBODY.search(route.path.removeprefix("/v1/me")), route.path


def items(app: str, route: APIRoute) -> set[str]:
    """The members of whatever the answer of a route lists, and of what these hold."""
    found: set[str] = set()
    for node in reached(app, answers(app, route)):
        if node.get("type") == "array":
            for inner in reached(app, [node.get("items", {})]):
                found |= set(inner.get("properties", {}))
    return found


def answers(app: str, route: APIRoute) -> list[Any]:
    """What a route answers when all went well."""
    document = house.built(app).openapi()
    return [
        answer
        for method in methods(route)
        for status, answer in document["paths"][route.path_format][method.lower()]["responses"].items()
        if status.startswith("2")
    ]


def reached(app: str, start: list[Any]) -> list[dict[str, Any]]:
    """Every schema that can be reached from here."""
    waiting, seen, found = list(start), set(), []
    while waiting:
        for node in nested(waiting.pop()):
            found.append(node)
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(schemas(app)[name])
    return found


@pytest.mark.parametrize(("app", "route"), EVERY_ROUTE, ids=lambda value: getattr(value, "path", value))
def test_lists_that_others_read_show_no_people(app: str, route: APIRoute) -> None:
    """Staff, partners and the public see ids, services, states and clocks in a list; people only in their own."""
    if not route.include_in_schema or "GET" not in methods(route) or PUBLIC_LISTS.search(route.path):
        return
    if route.path.startswith(house.OWN):
        return
    personal = {name for name in items(app, route) if words.of_a_person(name)}
    assert personal <= OF_OFFICES.get(route.path, set()), f"{route.path} lists {personal}"


def test_public_lists_are_public() -> None:
    """The exception above is for data about services and organisations, which anybody may read."""
    for app, route in EVERY_ROUTE:
        if PUBLIC_LISTS.search(route.path) and app != "gateway" and "GET" in methods(route):
            assert kinds(route) == [("public",)], route.path


def test_staff_cannot_reach_a_person_by_her_id() -> None:
    """Outside `/v1/me` no route of registry answers with personal data except to the gateway or under an agreement."""
    for app, route in EVERY_ROUTE:
        if app == "registry" and not route.path.startswith((*house.OWN, "/directory", "/platform/")):
            assert kinds(route)[0][0] != "internal" or PUBLIC_WORK.match(route.path) or at_desk(route), route.path


def at_desk(route: APIRoute) -> bool:
    """A route of the rights desk, in whose answer nothing says who asks."""
    told = {name for node in reached("registry", answers("registry", route)) for name in node.get("properties", {})}
    return bool(OF_THE_DESK.match(route.path)) and not any(words.of_a_person(name) for name in told)
