"""An operation that goes says so on each answer, in the partners' document and on its page."""

from dataclasses import replace
from datetime import date
from email.utils import parsedate_to_datetime

from cli import partners
from gateway.exchange import deprecations, routes
from gateway.exchange.forward import Answer
from gateway.exchange.routes import Deprecated, Route

STAYS = Route("public", "GET", "/v1/things", "registry")
GOES = replace(STAYS, deprecated=Deprecated(date(2023, 7, 1), date(2024, 7, 1), "GET /v2/things"))
HERE = "https://gateway.example"


def test_the_fields_are_those_of_the_two_rfcs() -> None:
    said = deprecations.headers(GOES, HERE)
    assert said["deprecation"] == "@1688169600"  # RFC 9745, 2.1: a Date of structured fields (RFC 9651)
    assert said["sunset"] == "Mon, 01 Jul 2024 00:00:00 GMT"  # RFC 8594, 3: an HTTP date
    page = f'<{HERE}/deprecations>; type="application/json"; rel='
    assert said["link"] == f'{page}"deprecation", {page}"sunset"'


def test_what_stays_says_nothing_and_links_of_the_service_are_kept() -> None:
    answer = Answer(200, {"link": '</a>; rel="next"'}, b"")
    assert deprecations.marked(answer, STAYS, HERE) is answer
    link = deprecations.marked(answer, GOES, HERE).headers["link"]
    assert link.startswith('</a>; rel="next", <') and link.count("rel=") == 3


def test_no_sunset_is_sooner_than_half_a_year_and_each_leads_to_another_operation() -> None:
    for route in deprecations.every():
        assert route.deprecated
        assert (route.deprecated.sunset - route.deprecated.since).days >= 180, route
        method, path = route.deprecated.instead.split(" ")
        found = routes.match(method, path)
        assert found and found.route.deprecated is None, f"{route.template}: say what to call instead"
        assert parsedate_to_datetime(deprecations.headers(route, HERE)["sunset"]).date() == route.deprecated.sunset


def test_the_partners_document_says_it_too() -> None:
    described = {"responses": {"200": {}}, "parameters": []}
    shown = partners.seen_from_outside(dict(described), GOES)
    assert (shown["deprecated"], shown["x-sunset"]) == (True, "2024-07-01")
    assert "deprecated" not in partners.seen_from_outside(dict(described), STAYS)
