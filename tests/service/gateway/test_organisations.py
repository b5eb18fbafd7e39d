"""The gateway's picture of who may act follows what identity tells."""

from typing import Any

from gateway.exchange import desk
from gateway.exchange.known import STALE
from shared.contracts import events
from tests.support import apps
from tests.support.apps import RunningApp
from tests.support.until import until

TOLD: dict[str, Any] = {"organization": "org-a", "name": "教育局", "kind": "department", "district": apps.REGION}


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
