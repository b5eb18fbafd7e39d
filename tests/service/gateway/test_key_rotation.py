"""Keys change while tokens are issued and used: nobody is refused, and what a retired key signed is worth nothing."""

import asyncio
import json
import secrets
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from deploy.local import ports
from deploy.local import secrets as local_secrets
from gateway.exchange.credentials import Caller, Credentials, Presented
from gateway.exchange.forward import Services
from services.identity.commands import keys as ring
from services.identity.rules import clients, keys
from shared import db
from shared.contracts import proofs
from shared.problems import Problem
from shared.settings import SettingsError
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.assertions import assertion, proof
from tests.support.postgres import TestServer
from tests.support.until import until

CLIENT, HOLDER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
ISSUER = "http://gateway.test"
URL = f"{ISSUER}/v1/referrals"
SHORTLY = 2  # seconds until a new key signs
SEED = {
    "organizations": [
        {
            "organization": "org-a",
            "name": "便民服务中心",
            "kind": "service_centre",
            "parent": None,
            "district": "610118",
            "services": [],
        }
    ],
    "clients": [{"client": "a-system", "organization": "org-a", "jwk": CLIENT.as_dict(private=False)}],
    "staff": [],
}


@dataclass
class Region:
    """Identity and a gateway's knowledge of it, over a real socket; only identity has the new grant key yet."""

    identity: RunningApp
    credentials: Credentials

    async def token(self) -> str:
        """A fresh token of the client."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": clients.CLIENT_ASSERTION,
            "client_assertion": assertion(CLIENT, "a-system", "a-system", ISSUER),
        }
        async with self.identity.as_() as client:
            answer = await client.post("/v1/token", data=form, headers={"dpop": proof(HOLDER, f"{ISSUER}/v1/token")})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def use(self, token: str) -> Caller:
        """What the gateway makes of it."""
        shown = proof(HOLDER, URL, "GET", ath=proofs.digest(token))
        return await self.credentials.caller(Presented(f"DPoP {token}", shown, "GET", URL), frozenset())

    async def refused(self, token: str) -> bool:
        """Whether the gateway does not take it."""
        try:
            await self.use(token)
        except Problem as problem:
            return problem.kind.code == "token-invalid"
        return False

    def add_key(self, ready_in: float) -> Path:
        """Publish a key that signs from then on."""
        made = datetime.now(UTC) - keys.PUBLISHED_AHEAD + timedelta(seconds=ready_in)
        path = self.identity.settings.secrets_dir / keys.name(made)
        local_secrets.es256(path)
        return path


@pytest.fixture
async def here(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Region]:
    directory, port = tmp_path_factory.mktemp("identity"), ports.free()
    token_key, old_grant_key, new_grant_key = (secrets.token_hex(32) for _ in range(3))
    changing = {"token_key": token_key, "grant_key": f"{new_grant_key},{old_grant_key}"}
    (directory / "seed.json").write_text(json.dumps(SEED))
    gateway = apps.settings(
        "gateway",
        await apps.migrated("gateway", postgres),
        tmp_path_factory.mktemp("gateway"),
        token_key=token_key,
        grant_keys={"identity": old_grant_key},
        service_urls={"identity": f"http://127.0.0.1:{port}"},
    )
    engine, services = db.engine(gateway.database_url, 5), Services(gateway)
    seed = directory / "seed.json"
    async with apps.running("identity", postgres, directory, seed_file=seed, **changing) as identity:
        async with apps.served(identity, port):
            credentials = Credentials(gateway, services, engine)
            following = asyncio.create_task(credentials.follow(every=0.2))
            yield Region(identity, credentials)
            following.cancel()
            await credentials.close()
    await services.close()
    await engine.dispose()


def kid(token: str) -> str:
    return str(json.loads(urlsafe_b64decode(token.partition(".")[0] + "=="))["kid"])


async def test_a_new_key_signs_and_nobody_is_refused_before_or_after(here: Region) -> None:
    by_key: dict[str, list[str]] = {}

    async def issue_and_use() -> None:
        token = await here.token()
        assert (await here.use(token)).organisation == "org-a"
        by_key.setdefault(kid(token), []).append(token)

    await issue_and_use()
    here.add_key(ready_in=SHORTLY)
    deadline = time.monotonic() + 10 * SHORTLY
    while len(by_key) < 2 or len([*by_key.values()][-1]) < 20:
        assert time.monotonic() < deadline
        await issue_and_use()
    old, new = by_key.values()
    assert len(old) > 20, "the old key went on signing while the new one was published"
    for token in (*old[-5:], *new[-5:]):
        await here.use(token)


async def test_what_a_retired_key_signed_is_refused_also_where_it_was_accepted_before(here: Region) -> None:
    token = await here.token()
    await here.use(token)
    here.add_key(ready_in=0)
    (here.identity.settings.secrets_dir / "token.pem").unlink()

    async def refused() -> bool:
        return await here.refused(token)

    await until(refused)
    successor = await here.token()
    assert kid(successor) != kid(token)
    await here.use(successor)


async def test_identity_publishes_all_keys_and_revokes_tokens_of_each(here: Region) -> None:
    old = await here.token()
    here.add_key(ready_in=0)
    new = await here.token()
    async with here.identity.as_() as client:
        published = (await client.get("/.well-known/jwks.json")).json()["keys"]
        assert {key["kid"] for key in published} == {kid(old), kid(new)}
        assert all((key["alg"], key["use"], "d" in key) == ("ES256", "sig", False) for key in published)
        for token in (old, new):
            form = {"token": token, "client_assertion_type": clients.CLIENT_ASSERTION}
            form["client_assertion"] = assertion(CLIENT, "a-system", "a-system", ISSUER)
            assert (await client.post("/v1/token:revoke", data=form)).status_code == 200

    async def told() -> bool:
        return len(here.identity.bus.events("identity.token.revoked.v1")) == 2

    assert await until(told)


async def test_without_any_key_nothing_is_signed_and_the_next_start_says_why(here: Region) -> None:
    (here.identity.settings.secrets_dir / "token.pem").unlink()
    async with here.identity.as_() as client:
        answer = await client.get("/.well-known/jwks.json")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    with pytest.raises(SettingsError, match="jieli rotate token"):
        ring.check(here.identity.settings)
