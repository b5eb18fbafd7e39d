"""Routes: each says who may call it, the gateway's table and the services agree, verbs are verbs."""

import re
from typing import get_type_hints

import pytest
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import Host, Mount, Route, WebSocketRoute

from shared import requests
from shared.requests import Caller, transaction
from tests.architecture import house

# What a route of the gateway's own rooms depends on to say who may call it.
DOORS = {
    "gateway.exchange.api.public",
    "gateway.audit.api.public",
    "gateway.audit.api.resident",
    "gateway.federation.api.signed",
}
VERB = re.compile(r"/(?:\{\w+\}|[a-z][a-z-]*):[a-z]+(?:-[a-z]+)*$")
# Bare last segments that would be verbs in disguise.
DISGUISED = re.compile(
    r"/(?:accept|reject|start|hold|resume|complete|fail|cancel|confirm|dispute|withdraw|revoke|sign|stop|seal|close|open)$"
)
APPS = sorted(house.apps())
SERVICES = sorted(set(APPS) - {"gateway"})


def methods(route: APIRoute) -> set[str]:
    return (route.methods or set()) - {"HEAD"}


def kinds(route: APIRoute) -> list[tuple[str, ...]]:
    """The kinds of call that each Caller among the dependencies takes."""
    return [each.kinds for each in set(house.dependencies(route.dependant)) if isinstance(each, Caller)]


def shape(path: str) -> str:
    """The path whatever its members are called."""
    return re.sub(r"\{\w+(?::path)?\}", "{}", path)


def governed(app: str) -> list[APIRoute]:
    """The routes that take a grant: all of a service, and what the gateway keeps for officers."""
    return [route for route in house.routes(app) if app != "gateway" or kinds(route)]


def offered(app: str) -> dict[tuple[str, str], str]:
    """(method, shape) -> kind of every route of an app that takes a grant."""
    return {(method, shape(route.path)): kinds(route)[0][0] for route in governed(app) for method in methods(route)}


def table() -> dict[tuple[str, str], tuple[str, str]]:
    """(method, shape) -> (service, kind) of the gateway's table."""
    return {(line.method, shape(line.template)): (line.service, line.kind) for line in house.route_table()}


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_every_route_shows_in_the_documents_and_to_these_checks(app: str) -> None:
    """A plain route, a mounted app or a router within a router would be seen by none of them."""
    own = [route for router in house.record(app).routers for route in router.routes]
    aside = [route for route in own if not isinstance(route, APIRoute)]
    plain = (Route, Mount, Host, WebSocketRoute)
    aside += [r for r in house.built(app).routes if isinstance(r, plain) and getattr(r, "path", "") != "/openapi.json"]
    assert not aside, f"write it as a route of a router that the app's record names: {aside}"


@pytest.mark.parametrize("app", APPS)
def test_every_route_of_a_service_is_of_our_router(app: str) -> None:
    """It answers a repeated write again and gives reads an ETag; the gateway's own routes are no writes of a client."""
    bare = [route.path for route in governed(app) if not isinstance(route, requests.Route)]
    assert not bare, f"take shared.requests.router(): {bare}"


@pytest.mark.parametrize("app", APPS)
def test_every_route_of_a_service_takes_exactly_one_kind_of_call(app: str) -> None:
    unclear = {f"{methods(r)} {r.path}": kinds(r) for r in governed(app) if [len(k) for k in kinds(r)] != [1]}
    assert not unclear, f"depend on one of shared.requests.Public, Self, Internal, Exchange, Platform: {unclear}"


@pytest.mark.parametrize("app", APPS)
def test_a_grant_is_used_up_wherever_something_is_not_public(app: str) -> None:
    """The transaction writes the grant's id; routes without one answer public documents only (decision 0006)."""
    free = [
        route.path
        for route in governed(app)
        if transaction not in house.dependencies(route.dependant) and kinds(route) != [("public",)]
    ]
    assert not free, f"depend on SessionDep: {free}"


def test_every_route_of_the_gateway_says_who_may_call_it() -> None:
    open_ = []
    for route in house.routes("gateway"):
        if kinds(route):
            continue
        doors = {f"{each.__module__}.{each.__qualname__}" for each in house.dependencies(route.dependant)}
        if len(doors & DOORS) != 1:
            open_.append(f"{methods(route)} {route.path}")
    assert not open_, f"depend on public, resident or signed, written out: {open_}"


def test_the_gateway_leads_only_to_what_services_offer_as_the_same_kind() -> None:
    listed = {place: kind for place, (_, kind) in table().items()}
    real = {place: kind for app in APPS for place, kind in offered(app).items()}
    wrong = {place: (kind, real.get(place)) for place, kind in listed.items() if real.get(place) != kind}
    assert not wrong, f"(table, service) differ: {wrong}"


@pytest.mark.parametrize("app", APPS)
def test_no_route_of_a_service_is_hidden(app: str) -> None:
    """What is not in the gateway's table is for the gateway alone, and its path says so."""
    listed = {place for place, (service, _) in table().items() if service == app}
    hidden = {
        place: kind
        for place, kind in offered(app).items()
        if place not in listed and not (kind == "platform" and place[1].startswith("/platform/"))
    }
    assert not hidden, f"add these to gateway.exchange.routes or take them away: {hidden}"


@pytest.mark.parametrize("app", APPS)
def test_the_table_says_which_requests_have_a_body(app: str) -> None:
    """Where a service reads none, whatever is sent would be passed over in silence."""
    reads = {(m, shape(r.path)): r.body_field is not None for r in governed(app) for m in methods(r)}
    lines = [line for line in house.route_table() if line.service == app and line.media != "text/csv"]
    wrong = [
        f"{line.method} {line.template}"
        for line in lines
        if bool(line.takes) != reads[(line.method, shape(line.template))]
    ]
    assert not wrong, f"say NONE in the table where there is no body: {wrong}"


def test_what_wants_no_idempotency_key_is_a_question() -> None:
    """It names nothing in its path and is handed no session to write with: asked twice, nothing is done twice."""
    asking = [line for line in house.route_table() if line.operation in requests.ASKING]
    assert {line.operation for line in asking} == requests.ASKING
    routes = {(method, route.path): route for app in APPS for route in governed(app) for method in methods(route)}
    for line in asking:
        route = routes[(line.method, line.template)]
        assert AsyncSession not in get_type_hints(route.endpoint).values() and "{" not in route.path, route.path


def test_the_table_has_each_route_once() -> None:
    lines = [(line.method, shape(line.template)) for line in house.route_table()]
    assert len(lines) == len(set(lines))


def test_the_kind_of_a_call_shows_in_its_path() -> None:
    """`/v1/me/` is the caller's own and nothing else is, but where a standard names the paths."""
    wrong = [f"{k} {m} {p}" for (m, p), (_, k) in table().items() if (k == "self") != p.startswith(house.OWN)]
    assert not wrong


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_state_moves_by_verbs(app: str) -> None:
    """`POST /things/{id}:verb`; a PATCH of a state would be a second door."""
    for route in house.routes(app):
        assert "PATCH" not in methods(route), f"{route.path}: name the verb"
        assert not DISGUISED.search(route.path), f"{route.path}: write :verb"
        if ":" in shape(route.path):
            assert methods(route) == {"POST"} and VERB.search(route.path), route.path


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_every_route_is_described(app: str) -> None:
    silent = [route.path for route in house.routes(app) if not route.description]
    assert not silent, f"a docstring says what it does: {silent}"
