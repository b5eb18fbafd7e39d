"""The room of agreements' lives by itself: its database, its routes, officers of both parties and their keys."""

import contextlib
import functools
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from gateway.agreements import api as agreements_api
from gateway.agreements import commands as agreements
from gateway.agreements import files, parties
from gateway.agreements.rules import Agreement, Assessment
from gateway.lifecycle import api
from gateway.lifecycle.commands import Act, Room
from gateway.lifecycle.rules import signatures
from shared import app
from shared.contracts import vocabulary
from shared.requests import Internal, RuntimeDep, SessionDep
from shared.runtime import Runtime
from tests.support import apps, grants
from tests.support.bus import MemoryBus
from tests.support.postgres import TestServer

KNOWN = vocabulary.load()
DEMONSTRATION = Path(__file__).parents[3] / "demo" / "agreements" / "610118"
SERVICE = app.Service("gateway", "agreements", (api.router, agreements_api.router))
CENTRE, OFFICE = "org-610118-centre", "org-610118-housing"
ASSESSED = "0198aaaa-0000-7000-8000-000000000001"
PARTIES = """
INSERT INTO party (id, name, kind, state) VALUES
    ('org-610118-centre', '鄠邑区便民服务中心', 'service_centre', 'active'),
    ('org-610118-housing', '鄠邑区住房和城乡建设局', 'department', 'active'),
    ('org-610118-education', '鄠邑区教育局', 'department', 'active'),
    ('org-610118-medical', '鄠邑区医疗保障局', 'department', 'active')
"""
UNREADABLE = (
    """
INSERT INTO agreement (id, version, hash, consent_hash, state, body, valid_from, valid_until)
SELECT CAST(:agreement AS varchar), 1, hash, consent_hash, 'active',
    body || jsonb_build_object('agreement_id', CAST(:agreement AS varchar), 'scenario', repeat('x', 2001))
        || CAST(:changes AS jsonb),
    valid_from, valid_until
FROM agreement WHERE id = :like AND version = 1
""",
    """
INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)
SELECT :agreement, 1, kind, side, officer, reason, at FROM agreement_step WHERE agreement = :like ORDER BY seq
""",
)


def terms(agreement_id: str, **changes: object) -> dict[str, Any]:
    """The housing agreement of the demonstration under another id, as an officer drafts it."""
    made: Agreement = msgspec.structs.replace(_housing(), agreement_id=agreement_id, impact_assessment=ASSESSED)
    said: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(made))
    del said["state"]
    return said | changes


@functools.cache
def _housing() -> Agreement:
    (found,) = (a for a in files.read(DEMONSTRATION, KNOWN) if a.agreement_id == "agr-610118-centre-housing")
    return found


class Lives:
    """A gateway's room; the consumer has a key of its own system, the provider has none."""

    def __init__(self, runtime: Runtime, running: apps.RunningApp, key: ECKey) -> None:
        self.runtime = runtime
        self.running = running
        self.key = key
        self.moment: datetime | None = None  # when officers do what they do; none means now
        self.assessed = {code: Assessment(ASSESSED, date(2099, 1, 1)) for code in KNOWN.purposes}

    def officer(self, organisation: str, name: str) -> httpx.AsyncClient:
        """A coordinator of an organisation."""
        caller = grants.staff(self.running.settings, organisation, "coordinator", name=name)
        return self.running.as_(caller)

    async def does(
        self, who: tuple[str, str], verb: str, agreement: str, version: int = 1, **body: object
    ) -> httpx.Response:
        """One officer uses a verb on a version."""
        path = f"/v1/agreements/{agreement}/versions/{version}:{verb}"
        return await self.officer(*who).post(path, json=body or None)

    async def life(self, agreement: str, version: int = 1) -> dict[str, Any]:
        """What its provider sees of a version."""
        answer = await self.officer(*ANNA).get(f"/v1/agreements/{agreement}/versions/{version}")
        found: dict[str, Any] = answer.json()
        return found

    async def filed(self, agreement: str, state: str, **changes: object) -> None:
        """A file that declares a state is applied."""
        made = msgspec.convert(terms(agreement, **changes) | {"state": state}, Agreement)
        async with self.runtime.sessions() as session, session.begin():
            await agreements.alone(session)
            await agreements.apply_one(session, made, apps.REGION)

    async def told(self, statement: str) -> None:
        """What the gateway knows of organisations changes."""
        async with self.runtime.engine.begin() as connection:
            await connection.execute(text(statement))

    async def offered(self, agreement: str, version: int = 1, **changes: object) -> str:
        """Draft and offer a version as the centre; its hash."""
        follows = {"version": version, "supersedes": version - 1 or None}
        body = {"terms": terms(agreement, **follows, **changes)}
        drafted = await self.officer(*ANNA).post("/v1/agreements", json=body)
        assert drafted.status_code == 201, drafted.text
        assert (await self.does(ANNA, "offer", agreement, version)).status_code == 200
        return str(drafted.json()["hash"])

    async def agreed(self, agreement: str, version: int = 1, **changes: object) -> None:
        """Everything up to a version that both sides approved and signed."""
        digest = await self.offered(agreement, version, **changes)
        for who in (ANNA, BO, CHEN):
            assert (await self.does(who, "approve", agreement, version, signature=None)).status_code == 200
        signature = signatures.sign(digest, self.key)
        approved = await self.does(DAI, "approve", agreement, version, signature=signature)
        assert approved.json()["state"] == "agreed"

    async def in_force(self, agreement: str, version: int = 1, **changes: object) -> None:
        """Everything up to a version in force."""
        await self.agreed(agreement, version, **changes)
        assert (await self.does(ANNA, "activate", agreement, version)).json()["state"] == "active"

    async def unreadable(self, agreement: str, like: str, **changes: object) -> None:
        """A version in force as an earlier release took it: like another one, with more words than are read today."""
        async with self.runtime.engine.begin() as connection:
            for statement in UNREADABLE:
                wanted = {"changes": json.dumps(changes)} if ":changes" in statement else {}
                await connection.execute(text(statement), {"agreement": agreement, "like": like, **wanted})


ELSEWHERE = {"region": "621124", "organisation": "org-621124-housing", "name": "临洮县住建局", "kind": "department"}
ANNA, BO = (CENTRE, "staff-anna"), (CENTRE, "staff-bo")
CHEN, DAI = (OFFICE, "staff-chen"), (OFFICE, "staff-dai")


@contextlib.contextmanager
def written_before_parties_were_compared() -> Iterator[None]:
    """What is drafted and offered meanwhile is as an earlier release took it."""
    with pytest.MonkeyPatch.context() as then:
        then.setattr(parties, "findings", lambda *_: ())
        yield


@contextlib.asynccontextmanager
async def lives(postgres: TestServer, directory: Path) -> AsyncIterator[Lives]:
    """The room over a fresh database until the block ends."""
    settings = apps.settings("gateway", await apps.migrated("gateway", postgres), directory)
    key = ECKey.generate_key("P-256")

    async def keys_of(organisation: str) -> Sequence[dict[str, Any]]:
        return [dict(key.as_dict(private=False))] if organisation == OFFICE else []

    bus = MemoryBus()
    made = app.create_app(SERVICE, settings, bus)
    async with made.router.lifespan_context(made):
        there = Lives(made.state.runtime, apps.RunningApp(made, settings, bus), key)

        async def assessed() -> dict[str, Assessment]:
            return there.assessed

        own_key = ECKey.generate_key("P-256")

        async def officer(session: SessionDep, grant: Internal, runtime: RuntimeDep) -> Act:
            act = await api.officer(session, grant, runtime)
            return replace(act, now=there.moment or act.now)

        made.dependency_overrides[api.officer] = officer
        there.runtime.extras["vocabulary"] = KNOWN
        there.runtime.extras["lifecycle"] = Room(KNOWN, keys_of, assessed, own_key)
        async with there.runtime.engine.begin() as connection:
            await connection.execute(text(PARTIES))
        yield there
