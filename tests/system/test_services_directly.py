"""Services called on their own ports: without the gateway's grant for exactly this call, once, nothing is answered."""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import get_args

import httpx
import pytest
from msgspec.structs import replace

from cli import authorisation, documents
from cli.authorisation import Operation
from deploy.local import places
from deploy.local import region as launched
from gateway.exchange import routes
from shared import grants, problems
from shared.grants import Actor, CallKind, Grant
from shared.requests import transaction
from tests.architecture import house
from tests.support.launched import Installation

EVERY = authorisation.operations({app: documents.built(app).openapi() for app in launched.MODULES})
OPERATIONS = [each for each in EVERY if each.app != "gateway"]
SERVICES = sorted({each.app for each in OPERATIONS})
ACTORS = {
    "public": Actor("anonymous"),
    "self": Actor("resident", str(uuid.uuid4())),
    "internal": Actor("staff", "staff-610118-coordinator", "org-610118-centre", ("coordinator",)),
    "exchange": Actor("client", "org-610118-education-system", "org-610118-education", ("system",)),
    "region": Actor("region", "621124"),
    "platform": Actor("gateway", "gateway"),
}
KEPT = httpx.Limits(keepalive_expiry=2)  # seconds; the servers close what is idle for 5
INVALID, FORBIDDEN = (401, "grant-invalid"), (403, "forbidden")


def named(operation: Operation) -> str:
    return f"{operation.app}: {operation.name}"


def request(operation: Operation) -> tuple[str, str, bytes]:
    """Method, path and body of a call to an operation."""
    method, template = operation.name.split(" ")
    return method, re.sub(r"\{\w+\}", str(uuid.UUID(int=7)), template), b"" if method == "GET" else b"{}"


def taken(operation: Operation) -> tuple[CallKind, str]:
    """The kind of call that an operation takes, and what the gateway's table calls it."""
    match = routes.match(*request(operation)[:2])
    return (match.route.kind, match.route.operation) if match else ("platform", "")


def fresh(operation: Operation) -> Grant:
    """What the gateway would give."""
    method, path, body = request(operation)
    kind, called = taken(operation)
    now = int(time.time())
    return Grant(
        jti=str(uuid.uuid4()),
        aud=operation.app,
        iat=now,
        exp=now + grants.LIFETIME,
        method=method,
        path=path,
        body=grants.digest(body),
        kind=kind,
        actor=ACTORS[kind],
        operation=called,
        subject=str(uuid.uuid4()),
        seal="seal-of-a-test",
        decision=str(uuid.uuid4()),
    )


def used_up(operation: Operation) -> bool:
    """Whether it runs in a transaction, and so uses up its grant; public documents do not (decision 0006)."""
    method, _, path = operation.name.partition(" ")
    return any(
        transaction in house.dependencies(route.dependant)
        for route in house.routes(operation.app)
        if method in (route.methods or ()) and route.path == path
    )


def told(answer: httpx.Response) -> str:
    """The problem code; a page for people shows the problem's title instead."""
    if "problem" in answer.headers.get("content-type", ""):
        return str(answer.json()["code"])
    titles = {kind.title: kind.code for kind in (grants.GRANT_INVALID, problems.FORBIDDEN)}
    return next((code for title, code in titles.items() if title in answer.text), "")


def answered_at_once(app: str) -> Operation:
    """A list of the service, which anyone with the right grant gets."""
    lists = (each for each in OPERATIONS if each.app == app and re.fullmatch(r"GET [^{}]*s", each.name))
    return next(filter(used_up, lists))


@dataclass(frozen=True)
class Doors:
    """The services' addresses and grant keys, and of each the id of a grant that was used."""

    urls: dict[str, str]
    keys: dict[str, bytes]
    http: httpx.AsyncClient
    used: dict[str, str]

    def signed(self, grant: Grant, app: str = "") -> str:
        """The grant by the key of its own service, or of another."""
        return grants.issue(grant, self.keys[app or grant.aud])

    async def call(self, operation: Operation, grant: str, key: str = "") -> tuple[int, str]:
        """Status and problem code; a write without an Idempotency-Key changes nothing when it passes."""
        method, path, body = request(operation)
        match = routes.match(method, path)
        headers = {
            "content-type": match.route.media if match else routes.JSON,
            "jieli-grant": grant,
            "idempotency-key": key,
        }
        answer = await self.http.request(method, self.urls[operation.app] + path, content=body, headers=headers)
        return answer.status_code, told(answer)


@pytest.fixture(scope="module")
async def doors(platform: Installation) -> AsyncIterator[Doors]:
    place = places.regions(platform.environ)[0]
    told = json.loads(place.environment.read_text("utf-8"))
    keys = {app: bytes.fromhex(told[f"JIELI_{app.upper()}_GRANT_KEY"]) for app in SERVICES}
    urls = {app: place.app_url(app) for app in SERVICES}
    async with httpx.AsyncClient(trust_env=False, timeout=30, limits=KEPT) as http:
        found = Doors(urls, keys, http, {})
        for app in SERVICES:
            operation = answered_at_once(app)
            grant = fresh(operation)
            assert (await found.call(operation, found.signed(grant)))[0] == 200
            assert await found.call(operation, found.signed(grant)) == INVALID, f"{app}: a grant served twice"
            found.used[app] = grant.jti
        yield found


def other(app: str) -> str:
    """Another service."""
    return SERVICES[SERVICES.index(app) - 1]


def altered(header: str) -> str:
    """The grant with another payload under the same proof."""
    payload, proof = header.split(".")
    return f"{payload[:-2]}{'A' if payload[-2] != 'A' else 'B'}{payload[-1]}.{proof}"


FLAWS: dict[str, Callable[[Doors, Grant], str]] = {
    "none": lambda doors, grant: "",
    "no grant at all": lambda doors, grant: "a.b",
    "for another service": lambda doors, grant: doors.signed(replace(grant, aud=other(grant.aud)), grant.aud),
    "of another service": lambda doors, grant: doors.signed(replace(grant, aud=other(grant.aud))),
    "by another key": lambda doors, grant: doors.signed(grant, other(grant.aud)),
    "for another method": lambda doors, grant: doors.signed(replace(grant, method="DELETE")),
    "for another path": lambda doors, grant: doors.signed(replace(grant, path=f"{grant.path}/more")),
    "for another query": lambda doors, grant: doors.signed(replace(grant, path=f"{grant.path}?limit=1")),
    "for another body": lambda doors, grant: doors.signed(replace(grant, body=grants.digest(b"{ }"))),
    "that ran out": lambda doors, grant: doors.signed(replace(grant, iat=grant.iat - 40, exp=grant.exp - 40)),
    "of the future": lambda doors, grant: doors.signed(replace(grant, iat=grant.iat + 60, exp=grant.exp + 60)),
    "that lives too long": lambda doors, grant: doors.signed(replace(grant, exp=grant.exp + 1)),
    "that was altered": lambda doors, grant: altered(doors.signed(grant)),
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
async def test_a_service_answers_only_a_grant_for_exactly_this_call(doors: Doors, operation: Operation) -> None:
    shown = {flaw: spoil(doors, fresh(operation)) for flaw, spoil in FLAWS.items()}
    if used_up(operation):
        shown["used before"] = doors.signed(replace(fresh(operation), jti=doors.used[operation.app]))
    answers = await asyncio.gather(*(doors.call(operation, header) for header in shown.values()))
    passed = {flaw: answer for flaw, answer in zip(shown, answers, strict=True) if answer != INVALID}
    assert not passed, "a grant with this flaw was taken"


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
async def test_a_service_takes_one_kind_of_call_and_no_other(doors: Doors, operation: Operation) -> None:
    own = taken(operation)[0]
    others = [replace(fresh(operation), kind=kind, actor=ACTORS[kind]) for kind in get_args(CallKind) if kind != own]
    answers = await asyncio.gather(*(doors.call(operation, doors.signed(grant), grant.jti) for grant in others))
    assert set(answers) == {FORBIDDEN}
    status, code = await doors.call(operation, doors.signed(fresh(operation)))
    assert status < 500 and (status, code) not in (INVALID, FORBIDDEN), "the right grant was refused"
