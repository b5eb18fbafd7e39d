"""Agreements in a real database: applied once, never rewritten, superseded, suspended, told to others, read by all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.agreements import api, commands, files, queries
from gateway.agreements.index import Index
from gateway.agreements.rules import Agreement, Party
from gateway.agreements.steps import Step
from gateway.agreements.tables import AgreementStep, AgreementVersion
from gateway.exchange import tables as exchange
from gateway.tables import Base
from shared import app, plumbing
from shared.contracts import events, vocabulary
from shared.problems import Problem
from shared.runtime import Runtime
from tests.support import apps
from tests.support.bus import MemoryBus
from tests.support.postgres import TestServer
from tests.support.until import until

KNOWN = vocabulary.load()
DEMONSTRATION = Path(__file__).parents[3] / "demo" / "agreements" / "610118"
HOUSING = "agr-610118-centre-housing"
SERVICE = app.Service("gateway", "agreements", (api.router,))


class Gateway:
    """The agreements' room alone: its database, its routes, its events."""

    def __init__(self, fastapi_app: FastAPI, bus: MemoryBus) -> None:
        self.runtime: Runtime = fastapi_app.state.runtime
        self.bus = bus
        self.index = Index(KNOWN, "610118")
        self.client = AsyncClient(transport=ASGITransport(fastapi_app), base_url="http://gateway.test")

    async def apply(self, *agreements: Agreement) -> list[str]:
        async with self.runtime.sessions() as session, session.begin():
            await commands.alone(session)
            changes = [await commands.apply_one(session, each, apps.REGION) for each in agreements]
            await commands.reload(session, self.index)
        self.runtime.wake_relay()
        return [change.what for change in changes]

    async def move(self, agreement: str, verb: str) -> commands.Change:
        async with self.runtime.sessions() as session, session.begin():
            row = await queries.current(session, agreement)
            assert row is not None
            held = await commands.held(session, row.id, row.version)
            change = await commands.move(session, held, verb, Step(verb, datetime.now(UTC), "provider", "staff-1"))
            await commands.reload(session, self.index)
        self.runtime.wake_relay()
        return change

    async def told(self, kind: type[events.AgreementFact], agreement: str, count: int) -> list[dict[str, object]]:
        async def there() -> list[dict[str, object]]:
            found = [data for data in self.bus.events(kind.subject) if data["agreement"] == agreement]
            return found if len(found) >= count else []

        return await until(there)


@pytest.fixture(scope="module")
async def gateway(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    urls = await postgres.create_database("gateway")
    owner = create_async_engine(urls["OWNER_DATABASE_URL"])
    async with owner.begin() as connection:
        await connection.run_sync(plumbing.METADATA.create_all)
        named = (AgreementVersion.__tablename__, AgreementStep.__tablename__, exchange.Party.__tablename__)
        await connection.run_sync(Base.metadata.create_all, tables=[Base.metadata.tables[each] for each in named])
    await owner.dispose()
    bus = MemoryBus()
    settings = apps.settings("gateway", urls, tmp_path_factory.mktemp("gateway"), keys_database_url="")
    fastapi_app = app.create_app(SERVICE, settings, bus)
    async with fastapi_app.router.lifespan_context(fastapi_app):
        fastapi_app.state.runtime.extras["vocabulary"] = KNOWN
        yield Gateway(fastapi_app, bus)


def housing(**changes: object) -> Agreement:
    (found,) = (a for a in files.read(DEMONSTRATION, KNOWN) if a.agreement_id == HOUSING)
    return msgspec.structs.replace(found, **changes)


async def test_a_directory_is_applied_once_and_told_to_others(gateway: Gateway) -> None:
    for what in ("new", "same"):
        async with gateway.runtime.sessions() as session, session.begin():
            changes = await commands.apply_directory(session, DEMONSTRATION, apps.REGION, KNOWN, gateway.index)
        assert {change.what for change in changes} == {what}
    gateway.runtime.wake_relay()
    (event,) = await gateway.told(events.AgreementActivated, "agr-610118-centre-education", 1)
    terms = gateway.index.get("agr-610118-centre-education")
    assert terms is not None
    assert event["consent_hash"] == terms.consent_hash
    assert event["fields"] == list(terms.full)
    assert event["sensitive"] == ["minor"]


async def test_a_wrong_file_among_right_ones_applies_none(gateway: Gateway, tmp_path: Path) -> None:
    text = (DEMONSTRATION / "centre-housing.yaml").read_text("utf-8").replace(HOUSING, "agr-610118-unheard")
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    (tmp_path / "b.yaml").write_text(text.replace("housing_help", "credit_scoring"), "utf-8")
    with pytest.raises(files.AgreementsError, match="purpose-not-on-list"):
        async with gateway.runtime.sessions() as session, session.begin():
            await commands.apply_directory(session, tmp_path, apps.REGION, KNOWN, gateway.index)
    assert (await gateway.client.get("/v1/agreements/agr-610118-unheard")).status_code == 404


async def test_other_content_under_the_same_version_is_refused(gateway: Gateway) -> None:
    agreement = housing(agreement_id="agr-rewritten")
    await gateway.apply(agreement)
    with pytest.raises(commands.AppliedError, match="a version never changes"):
        await gateway.apply(msgspec.structs.replace(agreement, retention_days=9999))
    body = (await gateway.client.get("/v1/agreements/agr-rewritten")).json()
    assert body["terms"]["retention_days"] == agreement.retention_days


async def test_a_file_that_does_not_follow_stops_no_start(gateway: Gateway, tmp_path: Path) -> None:
    await gateway.apply(housing(agreement_id="agr-ahead"))
    text = (DEMONSTRATION / "centre-housing.yaml").read_text("utf-8")
    ahead = text.replace(HOUSING, "agr-ahead").replace("version: 1", "version: 3")
    (tmp_path / "a.yaml").write_text(ahead, "utf-8")
    (tmp_path / "b.yaml").write_text(text.replace(HOUSING, "agr-beside"), "utf-8")
    async with gateway.runtime.sessions() as session, session.begin():
        changes = await commands.apply_directory(session, tmp_path, apps.REGION, KNOWN, gateway.index)
    assert [(change.agreement, change.what) for change in changes] == [("agr-beside", "new")]


async def test_a_new_version_supersedes_and_the_old_file_revives_nothing(gateway: Gateway) -> None:
    first = housing(agreement_id="agr-grown")
    second = msgspec.structs.replace(first, version=2, supersedes=1, valid_until=first.valid_until + timedelta(days=1))
    assert await gateway.apply(first) == ["new"]
    assert await gateway.apply(first, second) == ["same", "new"]
    assert await gateway.apply(first, second) == ["same", "same"]
    body = (await gateway.client.get("/v1/agreements/agr-grown")).json()
    assert (body["version"], body["state"]) == (2, "active")
    terms = gateway.index.get("agr-grown")
    assert terms is not None
    assert terms.version == 2
    with pytest.raises(commands.AppliedError, match="the first version is 1"):
        await gateway.apply(msgspec.structs.replace(housing(agreement_id="agr-late"), version=3))


async def test_a_draft_of_the_next_version_leaves_the_one_in_force(gateway: Gateway) -> None:
    first = housing(agreement_id="agr-drafted")
    await gateway.apply(first)
    await gateway.apply(msgspec.structs.replace(first, version=2, supersedes=1, state="draft"))
    terms = gateway.index.get("agr-drafted")
    assert terms is not None
    assert (terms.version, terms.state) == (1, "active")
    assert not [
        data
        for data in gateway.bus.events("gateway.agreement.activated.v1")
        if data["version"] == 2 and data["agreement"] == "agr-drafted"
    ]


async def test_a_suspension_bites_at_once_survives_a_restart_and_is_lifted_by_a_verb(gateway: Gateway) -> None:
    agreement = housing(agreement_id="agr-suspended")
    await gateway.apply(agreement)
    await gateway.move("agr-suspended", "suspend")
    assert await gateway.apply(agreement) == ["same"]
    terms = gateway.index.get("agr-suspended")
    assert terms is not None
    assert terms.state == "suspended"
    await gateway.told(events.AgreementSuspended, "agr-suspended", 1)
    await gateway.move("agr-suspended", "activate")
    await gateway.told(events.AgreementActivated, "agr-suspended", 2)
    await gateway.move("agr-suspended", "terminate")
    with pytest.raises(Problem) as refused:
        await gateway.move("agr-suspended", "activate")
    assert refused.value.kind.status == 409


async def test_two_processes_that_start_together_apply_once(gateway: Gateway) -> None:
    agreement = housing(agreement_id="agr-raced")
    what = await asyncio.gather(*(gateway.apply(agreement) for _ in range(4)))
    assert sorted(what) == [["new"], ["same"], ["same"], ["same"]]
    await gateway.told(events.AgreementActivated, "agr-raced", 1)


async def test_agreements_are_public_and_name_nobody(gateway: Gateway) -> None:
    await gateway.apply(housing(agreement_id="agr-public"))
    listed = (await gateway.client.get("/v1/agreements")).json()["agreements"]
    assert "agr-public" in {entry["id"] for entry in listed}
    one = (await gateway.client.get("/v1/agreements/agr-public")).json()
    assert one["terms"]["fields"][0]["need"]
    assert Party(**{**one["terms"]["consumer"], "clients": ()}).kind == "department"
    gone = await gateway.client.get("/v1/agreements/agr-none")
    assert (gone.status_code, gone.json()["code"]) == (404, "agreement-not-found")


async def test_an_agreement_is_read_as_odrl_by_whoever_asks_for_json_ld(gateway: Gateway) -> None:
    await gateway.apply(housing(agreement_id="agr-odrl"))
    answer = await gateway.client.get("/v1/agreements/agr-odrl", headers={"accept": "application/ld+json"})
    assert (answer.headers["content-type"], answer.headers["vary"]) == ("application/ld+json", "accept")
    shown = (await gateway.client.get("/v1/agreements/agr-odrl")).json()
    assert (answer.json()["@type"], answer.json()["dcterms:identifier"]) == ("Agreement", shown["hash"])
