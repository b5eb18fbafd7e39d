"""The authorisation table: every operation of every app, who may call it and on which condition, read from the code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from gateway import main as gateway
from gateway.exchange import credentials, policy, refusals, routes
from gateway.exchange.persons import OwnRule
from gateway.exchange.rules import Policy
from gateway.federation import rules as federation
from shared import problems
from shared.contracts import vocabulary
from shared.problems import Kind
from shared.requests import Caller

ANYONE = "anyone"
HERSELF = "the person herself"
TOGETHER = "the person herself with an officer there"
PEER = "another region's gateway"
PLATFORM = "this region's gateway"
DOORS = {"public": ANYONE, "resident": HERSELF, "signed": PEER}  # what a route of the gateway's own rooms depends on
SIGNED = "its key is pinned; the signature covers this message and was not used before"
AGREED = "purpose and fields are the agreement's, the referral is between its parties, and she consents"
OPENING = """\
Made from the OpenAPI documents, the gateway's table of routes and its policy. What is not for anyone wants an access
token of this region with a fresh proof of its key (RFC 9449), or, from another region, a signature (RFC 9421). `system`
is an organisation's own system. What is *expected* is written by hand in `tests/system/authorisation.yaml`;
`tests/system/test_authorisation.py` tries every operation as every kind of caller against the running platform."""
CLOSING = """\
`/health`, `/ready`, `/metrics` and `/openapi.json` of every app are for operators: nothing in them is about people, no
grant guards them, and the way in from outside does not lead to them (`deploy/k8s/base/ingress.yaml`)."""


@dataclass(frozen=True)
class Operation:
    """One operation of an app; `who` in the words that the expectations use too."""

    app: str
    name: str
    what: str
    who: str
    condition: str

    @property
    def place(self) -> tuple[str, str]:
        """App, and method and path whatever its members are called."""
        return self.app, shape(self.name)


class Undecided(Exception):
    """Nothing says who may call an operation; the text says where to write it."""


def operations(documents: Mapping[str, Mapping[str, Any]]) -> list[Operation]:
    """Every operation of the apps' OpenAPI documents, and what is offered beside them; Undecided when one says nothing.

    `documents` are the OpenAPI documents by app.
    """
    offered = {op.place: op for op in (*_services(policy.load(vocabulary.load())), *own_rooms())}
    found = []
    for app, document in documents.items():
        for path, methods in document["paths"].items():
            for method, described in methods.items():
                named = Operation(app, f"{method.upper()} {path}", described["description"].split("\n")[0], "", "")
                decided = offered.pop(named.place, None) or _inside(named)
                found.append(Operation(app, named.name, named.what, decided.who, decided.condition))
    return [*found, *offered.values()]


def shape(path: str) -> str:
    """A path whatever its members are called."""
    return re.sub(r"\{\w+(?::path)?\}", "{}", path)


def _inside(named: Operation) -> Operation:
    if not named.name.partition(" ")[2].startswith("/platform/"):
        raise Undecided(f"{named.app}: {named.name}: add it to gateway/exchange/routes.py")
    return Operation(named.app, named.name, named.what, PLATFORM, "no way in from outside")


def _services(rules: Policy) -> Iterator[Operation]:
    """What the gateway's table and the policy say of the services' operations."""
    for line in routes.ROUTES:
        who, condition = _decided(line, rules)
        yield Operation(line.service, f"{line.method} {line.template}", "Not in the OpenAPI document.", who, condition)


def _decided(line: routes.Route, rules: Policy) -> tuple[str, str]:
    if line.kind == "public":
        return ANYONE, "-"
    if line.kind == "self" and line.operation in rules.self:
        own = rules.self[line.operation]
        return HERSELF if own.alone else TOGETHER, _of("her own", line.template) + _more(own)
    if line.kind == "internal" and line.operation in rules.internal:
        rule = rules.internal[line.operation]
        condition = rule.condition or _of("the own organisation's", line.template)
        return f"{_listed(rule.roles)} of {_listed(rule.kinds)}", condition
    if line.kind == "exchange" and line.operation in rules.exchange:
        roles = _listed(rules.exchange[line.operation].roles)
        return f"{roles} under an agreement for {line.operation}", AGREED
    raise Undecided(f"{line.method} {line.template}: add {line.operation} to gateway/exchange/policy.yaml")


def _more(rule: OwnRule) -> str:
    """How fresh her proof has to be, and who else may do it for her."""
    more = [f"her proof of who she is is {rule.fresh_within} s old at most"] if rule.fresh_within else []
    if rule.with_staff:
        also = "or an officer with her at a counter" if rule.alone else "at a counter"
        more.append(f"{also}, for {_listed(rule.with_staff)}")
    if rule.with_helper:
        more.append("or somebody whom she lets help her")
    return "".join(f"; {each}" for each in more)


def own_rooms() -> Iterator[Operation]:
    """What the gateway's own routes depend on says of them; those that take a grant stand in the table of routes."""
    every = [route for router in gateway.SERVICE.routers for route in router.routes if isinstance(route, APIRoute)]
    for route in every:
        if _takes_grants(route.dependant):
            continue
        who, condition = _door(route)
        for method in route.methods or ():
            yield Operation("gateway", f"{method} {route.path}", "Not in the OpenAPI document.", who, condition)


def _door(route: APIRoute) -> tuple[str, str]:
    """Who may come in, on which condition, as its one door says."""
    named = set(_depends_on(route.dependant)) & DOORS.keys()
    if len(named) != 1:
        raise Undecided(f"gateway: {route.path}: depend on one of {', '.join(DOORS)}; a new door goes into {__name__}")
    who = DOORS[named.pop()]
    return who, {ANYONE: "-", PEER: SIGNED}.get(who) or _of("her own", route.path)


def _takes_grants(dependant: Dependant) -> bool:
    return any(isinstance(each.call, Caller) or _takes_grants(each) for each in dependant.dependencies)


def _depends_on(dependant: Dependant) -> Iterator[str]:
    for inner in dependant.dependencies:
        if getattr(inner.call, "__module__", "").startswith("gateway."):
            yield getattr(inner.call, "__name__", "")
        yield from _depends_on(inner)


def _of(whose: str, path: str) -> str:
    members = re.findall(r"\{(\w+)\}", path)
    return f"the {members[0]} is {whose}" if members else f"only what is {whose}"


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))


def _told(kind: Kind) -> str:
    return f"{kind.status} {kind.code}"


_TOKEN = {
    "without a token": _told(credentials.TOKEN_MISSING),
    "with another region's token": _told(credentials.TOKEN_INVALID),
}
_ANOTHERS = {"about what is another's": _told(problems.NOT_FOUND)}
_ROLE = {"with another role": _told(refusals.TASK_NOT_OF_ROLE)}
# What whoever is not let in is told, by what the operation wants.
REFUSED: Mapping[str, Mapping[str, str]] = {
    HERSELF: {**_TOKEN, "as anybody else": _told(refusals.SELF_ONLY), **_ANOTHERS},
    TOGETHER: {**_TOKEN, "as anybody else": _told(refusals.SELF_ONLY), "alone": _told(refusals.ONLY_AT_COUNTER)},
    "a role of a kind of organisation": {
        **_TOKEN,
        "as anybody else": _told(refusals.TASK_NOT_OF_ORGANISATION),
        **_ROLE,
        **_ANOTHERS,
    },
    "a role under an agreement": {
        **_TOKEN,
        "as anybody else": _told(refusals.PARTY_MISMATCH),
        **_ROLE,
        **_ANOTHERS,
        "naming no agreement": _told(refusals.AGREEMENT_MISSING),
        "as a system with a token for something else": _told(refusals.TOKEN_NOT_FOR_PURPOSE),
    },
    PEER: {"as anybody else": _told(federation.PEER_UNKNOWN)},
    PLATFORM: {"as anybody else": _told(problems.NOT_FOUND)},
}
