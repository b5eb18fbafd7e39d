"""The authorisation matrix for real: every operation as every kind of caller, own and other organisation and region."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from cli import authorisation, documents
from cli.authorisation import ANYONE, HERSELF, PEER, PLATFORM, Operation
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
AT_ONCE = 12  # calls in flight


@dataclass(frozen=True)
class Expectation:
    """One line of the hand-written file, taken apart."""

    wanted: str
    roles: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    operation: str = ""

    @classmethod
    def of(cls, operation: Operation) -> "Expectation":
        """What is expected of an operation; a missing line fails with the line to add."""
        who = EXPECTED["operations"].get(operation.app, {}).get(operation.name)
        assert who, (
            f"add to tests/system/authorisation.yaml, under {operation.app}: `{operation.name}: {operation.who}`"
        )
        roles, found, rest = who.partition(" under an agreement for ")
        if found:
            return cls(AGREEMENT, frozenset(roles.split(", ")), operation=rest)
        roles, found, rest = who.partition(" of ")
        if found:
            return cls(OFFICE, frozenset(roles.split(", ")), frozenset(rest.split(", ")))
        return cls(who)

    def of_caller(self, caller: Caller, at: World) -> str:
        """Let in, or exactly which refusal."""
        if self.wanted == ANYONE:
            return LET_IN
        if self.wanted in (PEER, PLATFORM):
            pinned = caller.kind == "gateway" and caller.region not in (at.region.code, "000000")
            return LET_IN if pinned and self.wanted == PEER else self.refused("as anybody else")
        if caller.token is None:
            return self.refused("without a token")
        if caller.region != at.region.code:
            return self.refused("with another region's token")
        if not self.right_place(caller, at):
            return self.refused("as anybody else")
        return LET_IN if self.wanted == HERSELF or caller.role in self.roles else self.refused("with another role")

    def right_place(self, caller: Caller, at: World) -> bool:
        """Whether it is her own, the organisation is of a right kind, or the agreement's consumer."""
        if self.wanted == HERSELF:
            return caller.kind == "person"
        return (
            caller.organisation == at.consumer if self.wanted == AGREEMENT else caller.organisation_kind in self.kinds
        )

    def refused(self, caller: str) -> str:
        """Status and code of a refusal."""
        return str(EXPECTED["refused"][self.wanted][caller])


@dataclass
class Matrix:
    """The running platform, everybody who calls, and what they call about."""

    here: World
    home: World
    everybody: list[Caller]
    http: httpx.AsyncClient
    gate: asyncio.Semaphore

    def world(self, expected: Expectation) -> World:
        """Where an operation is tried: where an agreement covers it."""
        return self.home if expected.operation == "file_record" else self.here

    async def call(self, operation: Operation, at: World, caller: Caller, **changed: Any) -> httpx.Response:
        """One call; writes carry no Idempotency-Key unless one is given, so that whoever is let in changes nothing."""
        method, template = operation.name.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda found: at.objects.get(found[1], UNKNOWN), template)
        headers = {"content-type": _media(method, path)}
        body = b"{}" if method != "GET" and headers["content-type"] == routes.JSON else b""
        if Expectation.of(operation).wanted == AGREEMENT:
            headers |= {"jieli-agreement": at.terms.agreement, "jieli-purpose": at.terms.purpose}
            path += f"?fields={at.fields}" if method == "GET" else ""
        body, extra = changed.get("body", body), changed.get("headers", {})
        message = Message(method, at.region.gateway_url + path, headers)
        headers |= caller.shows(message, path, body) | extra
        async with self.gate:
            sent = {name: value for name, value in headers.items() if value}
            return await self.http.request(method, message.url, content=body, headers=sent)


def _media(method: str, path: str) -> str:
    match = routes.match(method, path)
    return match.route.media if match else routes.JSON


@pytest.fixture(scope="module")
async def matrix(platform: Installation) -> AsyncIterator[Matrix]:
    scene = await asyncio.to_thread(world.arrived, platform)
    here, home = await asyncio.gather(asyncio.to_thread(world.here, scene), asyncio.to_thread(world.home, scene))
    name = f"another-{uuid.uuid4()}"
    people = {
        "the person herself": scene.parent,
        "the person herself, at home": scene.parent_at_home,
        "another person": scene.here.resident("another", name),
        "another person, at home": scene.home.resident("another", name),
    }
    everybody = await asyncio.to_thread(callers.everybody, platform, people)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        yield Matrix(here, home, everybody, http, asyncio.Semaphore(AT_ONCE))


def came(answer: httpx.Response) -> str:
    """What a caller was told: only 401, 403 and a path that is not there keep somebody out."""
    code = answer.json().get("code", "") if "problem" in answer.headers.get("content-type", "") else ""
    return f"{answer.status_code} {code}"


def test_every_kind_of_caller_stands_in_the_matrix(matrix: Matrix) -> None:
    for region in (matrix.here.region, matrix.home.region):
        members = [caller for caller in matrix.everybody if caller.region == region.code]
        assert {caller.role for caller in members} - {""} == ROLES | {"system"}
        assert {caller.kind for caller in members} == {"person", "system", "staff", "gateway"}
    assert {caller.kind for caller in matrix.everybody} == {"nobody", "person", "system", "staff", "gateway"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.app}: {operation.name}")
async def test_who_is_let_in(matrix: Matrix, operation: Operation) -> None:
    expected = Expectation.of(operation)
    at = matrix.world(expected)
    answers = await asyncio.gather(*(matrix.call(operation, at, caller) for caller in matrix.everybody))
    wrong = []
    for caller, answer in zip(matrix.everybody, answers, strict=True):
        wanted, told = expected.of_caller(caller, at), came(answer)
        held = answer.status_code not in (401, 403) and answer.status_code < 500 if wanted == LET_IN else told == wanted
        if not held:
            wrong.append(f"{caller.name} ({caller.role or caller.kind}): expected {wanted}, but came {told}")
        wrong += [f"{caller.name} sees {each}" for each in _seen(at, caller, answer)]
    assert not wrong, "\n".join(wrong)


def _seen(at: World, caller: Caller, answer: httpx.Response) -> list[str]:
    """Ids in an answer to somebody whose they are not."""
    if caller.name.startswith("the person herself"):
        return []
    return [found for found, places in at.seen_by.items() if caller.organisation not in places and found in answer.text]
