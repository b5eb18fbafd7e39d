"""The log says on whom or what an administrator acts, and nothing that anybody could have written there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.rules.entries import Outcome, canonical
from gateway.exchange import routes, targets
from gateway.exchange.calls import Call
from gateway.exchange.credentials import Caller
from gateway.exchange.forward import Outgoing
from gateway.exchange.routes import INTERNAL
from gateway.exchange.rules import Refuse, Request
from shared import problems

KEY = "0f" * 32


def named(method: str, path: str, body: bytes = b"") -> tuple[str, str] | None:
    match = routes.match(method, path)
    assert match
    found = targets.target(match, body, KEY)
    return (found.kind, found.id) if found else None


@pytest.mark.parametrize(
    ("path", "body", "target"),
    [
        ("/v1/organizations/org-school:suspend", b"", ("organization", "org-school")),
        ("/v1/organizations/org-school/contracts", b"{}", ("organization", "org-school")),
        ("/v1/agreements/agr-1/versions/2:suspend", b"{}", ("agreement", "agr-1")),
        ("/v1/clients/desk-1/keys/key_A:approve", b"", ("client", "desk-1")),
        ("/v1/clients", b'{"id": "desk-1", "grants": []}', ("client", "desk-1")),
        ("/v1/organizations", b'{"id": "org-school"}', ("organization", "org-school")),
        ("/v1/staff/work-0294:assign", b"{}", ("staff", targets.pseudonym(KEY, "work-0294"))),
        ("/v1/staff", b'{"id": "work-0294"}', ("staff", targets.pseudonym(KEY, "work-0294"))),
    ],
)
def test_an_act_names_its_target(path: str, body: bytes, target: tuple[str, str]) -> None:
    assert named("POST", path, body) == target


def test_staff_are_named_as_their_own_acts_name_them_and_never_by_their_work_id() -> None:
    found = named("POST", "/v1/staff/work-0294:leave")
    assert found and "0294" not in found[1] and len(found[1]) == 16


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/staff-sessions", "/v1/me/record", "/v1/organizations/org-school"])
def test_whoever_reads_or_acts_for_herself_names_nobody(path: str) -> None:
    assert named("GET", path) is None


@given(st.binary() | st.sampled_from([b'{"id": "Wang Xiaoming"}', b'{"id": 1}', b'{"id": "\xff"}', b"[" * 100_000]))
def test_what_is_no_id_does_not_enter(body: bytes) -> None:
    assert named("POST", "/v1/clients", body) is None


@pytest.mark.parametrize("phase", ["asked", "refused", *Outcome])
def test_an_id_is_in_clear_once_the_act_was_done_and_never_before(phase: str) -> None:
    """Until then it is whatever a caller wrote into the path: the number of somebody, too."""
    number = "110101199003072316"
    call = called("POST", f"/v1/organizations/{number}:suspend")
    if phase in ("asked", "refused"):
        made = call.intents(Refuse(1, problems.NOT_FOUND) if phase == "refused" else None)
    else:
        made = call.outcomes(Outcome(phase), None, ())
    (line,) = [canonical(entry, None, datetime.now(UTC)).decode() for entry in made]
    assert (number in line) is (phase == Outcome.RELEASED)
    assert '"kind":"organization"' in line


def called(method: str, path: str) -> Call:
    """A call of staff as it comes in."""
    match = routes.match(method, path)
    assert match
    who = Caller("staff", "work-1", "desk", "org-a", "org-a", frozenset({"administrator"}), 0, "", frozenset())
    request = Request(kind="internal", operation=match.route.operation, caller_type="staff")
    target = targets.target(match, b"", KEY)
    return Call(
        match, who, Outgoing(method, path, {}), request, None, "610118", "", target, targets.hidden(target, KEY)
    )


def test_every_act_of_administration_on_one_thing_names_it() -> None:
    nouns = ("/v1/staff", "/v1/clients", "/v1/organizations")
    for route in INTERNAL:
        if route.method == "GET" or not any(route.template.split("/{")[0].split(":")[0] == each for each in nouns):
            continue
        path = route.template.replace("{key}", "key").replace("{", "").replace("}", "-1")
        assert named(route.method, path, b'{"id": "one-1"}'), route.template
