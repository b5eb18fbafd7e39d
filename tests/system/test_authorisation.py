"""The authorisation matrix for real: every operation as every kind of caller, own and other organisation and region."""

import asyncio
import json
import random
import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import yaml

from cli import authorisation, documents
from cli.authorisation import ANYONE, HERSELF, PEER, PLATFORM, TOGETHER, Operation
from demo import family
from deploy.local import region as launched
from gateway.exchange import routes
from gateway.federation.signatures import Message
from services.identity.rules.staff import ROLES
from tests.support import callers
from tests.support.callers import Caller
from tests.support.launched import Installation
from tests.system import world
from tests.system.world import World

EXPECTED: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("authorisation.yaml").read_text("utf-8"))
OPERATIONS = authorisation.operations({app: documents.built(app).openapi() for app in launched.MODULES})
OFFICE, AGREEMENT = "a role of a kind of organisation", "a role under an agreement"
LET_IN = "let in"
UNKNOWN = "0198aaaa-0000-7000-8000-000000000000"
NOTHING = {"entry": "999999999"}
AT_ONCE = 16  # calls in flight
KEPT = httpx.Limits(keepalive_expiry=2)  # seconds; the servers close what is idle for 5
ONE = re.compile(r"\{(?:referral|consent|case|request|entry)\}")  # members that the world has one of
ON_ONE = [each for each in OPERATIONS if ONE.search(each.name) and each.who != PLATFORM]
# What the gateway itself refuses with; whatever else a public operation says, it says to everybody.
AT_THE_DOOR = {said for told in EXPECTED["refused"].values() for said in told.values()} - {"404 not-found"}
OWNERS = {"she herself", "she herself, at home", "org-610118-education-system", "staff-610118-mediator"}
OWN_LOG = "GET /v1/me/accesses"  # says what the person herself tried, by the id that she named


@dataclass(frozen=True)
class Expectation:
    """One line of the hand-written file, taken apart."""

    wanted: str
    roles: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    agreed: str = ""

    @classmethod
    def of(cls, operation: Operation) -> "Expectation":
        who = EXPECTED["operations"].get(operation.app, {}).get(operation.name)
        assert who, (
            f"add to tests/system/authorisation.yaml, under {operation.app}: `{operation.name}: {operation.who}`"
        )
        roles, found, agreed = who.partition(" under an agreement for ")
        if found:
            return cls(AGREEMENT, frozenset(roles.split(", ")), agreed=agreed)
        roles, found, kinds = who.partition(" of ")
        return cls(OFFICE, frozenset(roles.split(", ")), frozenset(kinds.split(", "))) if found else cls(who)

    def told(self, caller: Caller, at: World) -> str:
        """`let in`, or exactly which refusal."""
        if self.wanted == ANYONE or self.by_a_peer(caller, at):
            return LET_IN
        if self.wanted in (PEER, PLATFORM):
            return self.refused("as anybody else")
        if caller.token is None:
            return self.refused("without a token")
        if caller.region != at.region.code:
            return self.refused("with another region's token")
        if not self.right_place(caller, at):
            return self.refused("as anybody else")
        if self.wanted == TOGETHER:
            return self.refused("alone")
        return LET_IN if self.wanted == HERSELF or caller.role in self.roles else self.refused("with another role")

    def refused(self, caller: str) -> str:
        return str(EXPECTED["refused"][self.wanted][caller])

    def by_a_peer(self, caller: Caller, at: World) -> bool:
        return (
            self.wanted == PEER and caller.region in callers.BOUND.keys() - {at.region.code} and caller.key is not None
        )

    def right_place(self, caller: Caller, at: World) -> bool:
        """Whether it is her own, the organisation is of a right kind, or the agreement's consumer."""
        if self.wanted in (HERSELF, TOGETHER):
            return caller.kind == "person"
        return (
            caller.organisation == at.consumer if self.wanted == AGREEMENT else caller.organisation_kind in self.kinds
        )

    def different(self, everybody: list[Caller], at: World) -> list[Caller]:
        """Of each sort of caller one, and two of those who are at home: the own organisation or person, and another."""
        found, seen = [], Counter[tuple[object, ...]]()
        for caller in everybody:
            right = caller.region == at.region.code and self.right_place(caller, at)
            sort = (caller.region, caller.kind, caller.role, right)
            seen[sort] += 1
            if seen[sort] <= (2 if right else 1):
                found.append(caller)
        return found


@dataclass
class Matrix:
    """The running platform, everybody who calls, and what they call about."""

    here: World
    home: World
    everybody: list[Caller]
    http: httpx.AsyncHTTPTransport  # keeps connections, and unlike a client no cookies
    gate: asyncio.Semaphore

    def world(self, expected: Expectation) -> World:
        """The region whose agreement covers the operation."""
        return self.home if expected.agreed == "file_record" else self.here

    async def call(self, operation: Operation, at: World, caller: Caller, **more: Any) -> httpx.Response:
        """One call; a write has no Idempotency-Key unless `more` gives headers: whoever is let in changes nothing."""
        method, template = operation.name.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda found: at.objects.get(found[1], UNKNOWN), template)
        match = routes.match(method, path)
        headers = {"content-type": match.route.media if match else routes.JSON}
        if Expectation.of(operation).wanted == AGREEMENT:
            headers |= {"jieli-agreement": at.terms.agreement, "jieli-purpose": at.terms.purpose}
            path += f"?fields={quote(at.fields)}" if method == "GET" else ""
        body = more.get("body", b"{}" if method != "GET" and headers["content-type"] == routes.JSON else b"")
        headers |= more.get("headers", {})
        message = Message(method, at.region.gateway_url + path, headers)
        async with self.gate:
            sent = headers | caller.shows(message, path, body)
            answer = await self.http.handle_async_request(
                httpx.Request(method, message.url, content=body, headers=sent)
            )
            await answer.aread()
            return answer

    def insiders(self, expected: Expectation, at: World) -> list[Caller]:
        """Whoever is let in at this region, by role and place alone."""
        found = expected.different(self.everybody, at)
        return [each for each in found if each.region == at.region.code and expected.told(each, at) == LET_IN]


@pytest.fixture(scope="module")
async def matrix(platform: Installation) -> AsyncIterator[Matrix]:
    scene = await asyncio.to_thread(world.arrived, platform)
    here, home = await asyncio.to_thread(world.here, scene), await asyncio.to_thread(world.home, scene)
    another = family.phone(random.SystemRandom())
    people = {
        "she herself": scene.parent,
        "she herself, at home": scene.parent_at_home,
        "another person": scene.here.resident("another", another),
        "another person, at home": scene.home.resident("another", another),
    }
    everybody = await asyncio.to_thread(callers.everybody, platform, people)
    async with httpx.AsyncHTTPTransport(trust_env=False, limits=KEPT) as http:
        yield Matrix(here, home, everybody, http, asyncio.Semaphore(AT_ONCE))


def named(operation: Operation) -> str:
    return f"{operation.app}: {operation.name}"


def came(answer: httpx.Response) -> str:
    code = answer.json().get("code", "") if "problem" in answer.headers.get("content-type", "") else ""
    return f"{answer.status_code} {code}"


def seen(at: World, caller: Caller, answer: httpx.Response) -> list[str]:
    """Ids in an answer to somebody whose they are not."""
    if caller.name.startswith("she herself"):
        return []
    return [found for found, places in at.seen_by.items() if caller.organisation not in places and found in answer.text]


def test_every_kind_of_caller_stands_in_the_matrix(matrix: Matrix) -> None:
    at_home = [caller for caller in matrix.everybody if caller.region == matrix.here.region.code]
    assert {caller.role for caller in at_home} - {""} == ROLES | {"system"}
    for region in callers.BOUND:
        kinds = {caller.kind for caller in matrix.everybody if caller.region == region}
        assert kinds == {"person", "system", "staff", "gateway"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
async def test_who_is_let_in(matrix: Matrix, operation: Operation) -> None:
    expected = Expectation.of(operation)
    at = matrix.world(expected)
    tried = expected.different(matrix.everybody, at)
    answers = await asyncio.gather(*(matrix.call(operation, at, caller) for caller in tried))
    wrong = []
    for caller, answer in zip(tried, answers, strict=True):
        wanted = expected.told(caller, at)
        passed = answer.status_code not in (401, 403)
        if expected.wanted == ANYONE:
            passed = came(answer) == came(answers[0]) and came(answer) not in AT_THE_DOOR
        if not (passed and answer.status_code < 500 if wanted == LET_IN else came(answer) == wanted):
            wrong.append(f"{caller.name} ({caller.role or caller.kind}): expected {wanted}, but came {came(answer)}")
        if operation.name != OWN_LOG:
            wrong += [f"{caller.name} sees {each}" for each in seen(at, caller, answer)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("operation", ON_ONE, ids=named)
async def test_what_is_anothers_looks_like_nothing(matrix: Matrix, operation: Operation) -> None:
    """Whoever may do it to the own tries it on another's, and on what does not exist."""
    expected = Expectation.of(operation)
    at = matrix.world(expected)
    anothers = replace(at, objects={"referral": at.elsewhere}) if expected.wanted == AGREEMENT else at
    body = (
        json.dumps(EXPECTED["bodies"].get(operation.name, {})).encode() if not operation.name.startswith("GET") else b""
    )
    more = {"body": body, "headers": {"idempotency-key": str(uuid.uuid4()), "if-match": '"1"'}}
    others = [each for each in matrix.insiders(expected, at) if each.name not in OWNERS or anothers != at]
    assert others
    for caller in others:
        told = [
            await matrix.call(operation, world, caller, **more) for world in (anothers, replace(at, objects=NOTHING))
        ]
        assert [came(answer) for answer in told] == [expected.refused("about what is another's")] * 2, caller.name


@pytest.mark.parametrize("operation", [op for op in ON_ONE if op.name.startswith("GET")], ids=named)
async def test_the_own_is_shown(matrix: Matrix, operation: Operation) -> None:
    expected = Expectation.of(operation)
    at = matrix.world(expected)
    (owner,) = [each for each in matrix.insiders(expected, at) if each.name in OWNERS]
    answer = await matrix.call(operation, at, owner)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if " under an agreement for " in op.who], ids=named)
async def test_the_agreement_is_named_and_the_token_is_bound_to_it(matrix: Matrix, operation: Operation) -> None:
    expected = Expectation.of(operation)
    at = matrix.world(expected)
    (system,) = [each for each in matrix.insiders(expected, at) if each.role == "system"]
    unnamed = await matrix.call(operation, at, system, headers={"jieli-agreement": ""})
    assert came(unnamed) == expected.refused("naming no agreement")
    token = await asyncio.to_thread(lambda: at.region.system("system", at.consumer).token)
    unbound = await matrix.call(operation, at, replace(system, token=token))
    assert came(unbound) == expected.refused("as a system with a token for something else")
