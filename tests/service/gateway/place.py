"""A gateway whose callers are known: an identity that gives tokens for it, and what identity and referrals tell it."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from demo.tokens import Token
from shared.contracts import events
from shared.contracts.envelope import Event
from tests.support import apps, issuer
from tests.support.apps import RunningApp
from tests.support.issuer import Issuer
from tests.support.postgres import TestServer
from tests.support.receiver import Receiver, Told
from tests.support.until import until

HERE = "http://gateway.test"
BUSY = """
SELECT 1 FROM webhook_message
WHERE organization = :o AND state = 'waiting' AND attempts > 0 AND reason = '' AND next_at < now() + interval '65 s'
"""
FACTS = {each.subject.split(".")[2]: each for each in events.ReferralFact.__subclasses__()}


@dataclass
class Place:
    """A gateway, an identity that gives tokens for it, and what identity and referrals tell it."""

    gateway: RunningApp
    issuer: Issuer
    told: dict[str, int] = field(default_factory=dict)

    async def organisation(self, state: str = "active", kind: str = "department") -> str:
        """An organisation that the gateway knows."""
        name = f"org-{uuid.uuid4().hex[:8]}"
        await self.becomes(name, state, kind)
        await self.may(name, state)
        return name

    async def becomes(self, name: str, state: str, kind: str = "department") -> None:
        fact = events.OrganizationRegistered if state == "active" else events.OrganizationSuspended
        values = {"organization": name, "name": "教育局", "kind": kind, "district": apps.REGION, "state": state}
        await self._receive("identity", name, fact.model_validate(values))

    async def may(self, name: str, state: str) -> None:
        async def known() -> bool:
            return [row.state for row in await self.rows("SELECT state FROM party WHERE id = :id", id=name)] == [state]

        await until(known)

    async def referral(self, recipient: str, *facts: str, id: str = "") -> str:
        """What referrals tells of one referral; its id."""
        referral = id or str(uuid.uuid4())
        for fact in facts:
            verb, _, state = fact.partition("=")
            values = {
                "referral": referral,
                "service": "EDU-01",
                "state": state or verb,
                "provider": "org-centre",
                "recipient": recipient,
                "seal": "s" * 40,
            }
            await self._receive("referrals", referral, FACTS[verb].model_validate(values))

        async def kept() -> bool:
            last = facts[-1].partition("=")[2] or facts[-1]
            return [r.state for r in await self.rows("SELECT state FROM link WHERE id = :id", id=referral)] == [last]

        await until(kept)
        return referral

    async def _receive(self, source: str, aggregate: str, event: Event) -> None:
        self.told[aggregate] = self.told.get(aggregate, 0) + 1
        await self.gateway.receive(source, aggregate, self.told[aggregate], event)

    async def rows(self, query: str, **values: object) -> Sequence[Any]:
        async with self.gateway.runtime.engine.begin() as connection:
            result = await connection.execute(text(query), values)
            return result.all() if result.returns_rows else ()

    async def time_passes(self) -> None:
        """Whatever waits for its time is due now."""
        await self.rows("UPDATE webhook_message SET next_at = now() - interval '1 second'")

    async def call(self, token: Token, method: str, path: str, body: object = None) -> httpx.Response:
        headers = token.headers(method, path) | {"idempotency-key": str(uuid.uuid4())}

        async def known() -> httpx.Response | None:
            shown = headers | token.headers(method, path)
            async with self.gateway.as_() as client:
                answer = await client.request(method, path, json=body, headers=shown)
            return None if answer.status_code == 403 and answer.json()["code"].endswith("organisation") else answer

        answer = await until(known)
        assert answer is not None
        return answer

    async def registered(self, organisation: str, at: Receiver) -> str:
        """The secret of a webhook that the organisation's system registers."""
        token = self.issuer.token(organisation)
        answer = await self.call(token, "PUT", "/v1/webhook", {"url": at.url})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["secret"])

    async def webhook(self, organisation: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call(self.issuer.token(organisation), "GET", "/v1/webhook")).json()
        return found


async def gateway(postgres: TestServer, directory: Path, **more: object) -> AsyncIterator[Place]:
    apps.gateway_keys(directory)
    async with issuer.issuer(str(more.get("public_url", HERE))) as made:
        urls = dict.fromkeys(apps.SERVICES, "http://127.0.0.1:1") | {"identity": made.url}
        async with apps.running("gateway", postgres, directory, service_urls=urls, **more) as running:
            yield Place(running, made)


async def arrive(at: Receiver, number: int = 1) -> list[Told]:
    async def all_there() -> bool:
        return len(at.told) >= number

    await until(all_there)
    return at.told


async def settled(place: Place, organisation: str) -> dict[str, Any]:
    """The webhook once nothing of the organisation is due or under way."""

    async def rests() -> bool:
        return not await place.rows(BUSY, o=organisation)

    await until(rests)
    return await place.webhook(organisation)
