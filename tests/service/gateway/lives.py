"""The room of agreements' lives by itself: its database, its routes, officers of both parties and their keys."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import msgspec
from joserfc.jwk import ECKey

from gateway.agreements import api as agreements_api
from gateway.agreements import files
from gateway.agreements.rules import Agreement
from gateway.lifecycle import api
from gateway.lifecycle.commands import Room
from gateway.lifecycle.rules import signatures
from shared import app, migrate
from shared.contracts import vocabulary
from shared.runtime import Runtime
from tests.support import apps, grants
from tests.support.bus import MemoryBus
from tests.support.postgres import TestServer

KNOWN = vocabulary.load()
DEMONSTRATION = Path(__file__).parents[3] / "demo" / "agreements" / "610118"
SERVICE = app.Service("gateway", "agreements", (api.router, agreements_api.router))
CENTRE, OFFICE = "org-610118-centre", "org-610118-housing"


def terms(agreement_id: str, **changes: object) -> dict[str, Any]:
    """The housing agreement of the demonstration under another id, as an officer drafts it."""
    (found,) = (a for a in files.read(DEMONSTRATION, KNOWN) if a.agreement_id == "agr-610118-centre-housing")
    made: Agreement = msgspec.structs.replace(found, agreement_id=agreement_id)
    text: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(made))
    del text["state"]
    return text | changes


class Lives:
    """A gateway's room; the consumer has a key of its own system, the provider has none."""

    def __init__(self, runtime: Runtime, running: apps.RunningApp, key: ECKey) -> None:
        self.runtime = runtime
        self.running = running
        self.key = key
        self.assessed = {code: date(2099, 1, 1) for code in KNOWN.purposes}

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

    async def offered(self, agreement: str, **changes: object) -> str:
        """Draft and offer an agreement as the centre; its hash."""
        drafted = await self.officer(*ANNA).post("/v1/agreements", json={"terms": terms(agreement, **changes)})
        assert drafted.status_code == 201, drafted.text
        assert (await self.does(ANNA, "offer", agreement)).status_code == 200
        return str(drafted.json()["hash"])

    async def agreed(self, agreement: str, **changes: object) -> None:
        """Everything up to an agreement that both sides approved and signed."""
        digest = await self.offered(agreement, **changes)
        for who in (ANNA, BO, CHEN):
            assert (await self.does(who, "approve", agreement, signature=None)).status_code == 200
        signature = signatures.sign(digest, self.key)
        assert (await self.does(DAI, "approve", agreement, signature=signature)).json()["state"] == "agreed"

    async def in_force(self, agreement: str, **changes: object) -> None:
        """Everything up to an agreement in force."""
        await self.agreed(agreement, **changes)
        assert (await self.does(ANNA, "activate", agreement)).json()["state"] == "active"


ANNA, BO = (CENTRE, "staff-anna"), (CENTRE, "staff-bo")
CHEN, DAI = (OFFICE, "staff-chen"), (OFFICE, "staff-dai")


@contextlib.asynccontextmanager
async def lives(postgres: TestServer, directory: Path) -> AsyncIterator[Lives]:
    """The room over a fresh database until the block ends."""
    settings = apps.settings("gateway", await postgres.create_database("gateway"), directory)
    await asyncio.to_thread(migrate.upgrade, "gateway", settings)
    key = ECKey.generate_key("P-256")

    async def keys_of(organisation: str) -> Sequence[dict[str, Any]]:
        return [dict(key.as_dict(private=False))] if organisation == OFFICE else []

    bus = MemoryBus()
    made = app.create_app(SERVICE, settings, bus)
    async with made.router.lifespan_context(made):
        there = Lives(made.state.runtime, apps.RunningApp(made, settings, bus), key)

        async def assessed() -> dict[str, date]:
            return there.assessed

        there.runtime.extras["lifecycle"] = Room(KNOWN, keys_of, assessed, ECKey.generate_key("P-256"))
        yield there
