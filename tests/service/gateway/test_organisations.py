"""The gateway's picture of who may act follows what identity tells."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

from gateway.exchange import desk
from gateway.exchange.known import STALE
from shared.contracts import events
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.postgres import TestServer
from tests.support.until import until

TOLD: dict[str, Any] = {"organization": "org-a", "name": "教育局", "kind": "department", "district": apps.REGION}


@pytest.fixture
async def gateway(postgres: TestServer, tmp_path: Path) -> AsyncIterator[RunningApp]:
    """A gateway over services that do not answer."""
    log = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "log.pem").write_bytes(log)
    (tmp_path / "federation.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    async with apps.running("gateway", postgres, tmp_path) as running:
        yield running


async def test_what_identity_tells_is_known_before_the_picture_is_stale(gateway: RunningApp) -> None:
    known = desk.at(gateway.runtime).known
    facts: list[tuple[type[events.OrganizationFact], str]] = [
        (events.OrganizationRegistered, "active"),
        (events.OrganizationSuspended, "suspended"),
        (events.OrganizationResumed, "active"),
        (events.OrganizationClosed, "closed"),
    ]
    for number, (fact, state) in enumerate(facts, 1):
        await gateway.receive("identity", "org-a", number, fact.model_validate(TOLD | {"state": state}))

        async def seen(state: str = state) -> bool:
            party = known.parties.get("org-a")
            return party is not None and party.state == state

        await until(seen, STALE)
