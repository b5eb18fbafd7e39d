"""A person is erased in the registry: nothing of her opens with any key that is left, and nothing is sealed anew."""

import uuid

from shared.contracts.events import RegistryErasureOrdered
from tests.service.registry.conftest import CHILD, RECORD, subject_of
from tests.service.registry.test_consents import decided, facts
from tests.support import grants, leftover
from tests.support.apps import RunningApp
from tests.support.until import until

HERS = """
SELECT subject, 'person.sealed/' || subject, sealed FROM person WHERE subject = :subject
UNION ALL SELECT subject, 'name_writing.sealed/' || id, sealed FROM name_writing WHERE subject = :subject
UNION ALL SELECT id::text, 'dependant.sealed/' || id, sealed FROM dependant WHERE subject = :subject
UNION ALL SELECT subject, 'rights_request.sealed/' || id, sealed FROM rights_request
    WHERE subject = :subject AND sealed IS NOT NULL
UNION ALL SELECT subject, 'consent.sealed/' || id, sealed FROM consent WHERE subject = :subject
UNION ALL SELECT subject, 'consent_event.sealed/' || consent || '/' || sequence, sealed FROM consent_event
    WHERE subject = :subject
"""
ASKED = {"kind": "explain", "about": "record", "words": "为什么？"}


async def test_nothing_of_her_opens_with_any_key_that_is_left(registry: RunningApp, person: grants.Caller) -> None:
    subject = subject_of(person)
    async with registry.as_(person) as client:
        await client.post("/v1/me/name-writings", json={"written": "买买提", "document": "ticket"})
        await client.post("/v1/me/dependants", json=CHILD)
        await client.post("/v1/me/rights-requests", json=ASKED)
    consent = await decided(registry, person)
    kept = await leftover.copied(registry, HERS, subject=subject)
    assert len(kept) == len(await leftover.opened(registry, kept)) >= 5, "before, all of it opens"
    order = RegistryErasureOrdered(request=str(uuid.uuid4()), person=subject)
    await registry.receive("gateway", order.request, 1, order)

    async def done() -> list[dict[str, object]]:
        events = registry.bus.events("registry.erasure.done.v1")
        return [event for event in events if event["request"] == order.request]

    assert consent in str(await until(done))
    assert await facts(registry, "withdrawn", consent)
    assert await leftover.opened(registry, kept) == []
    left = {each.place.partition(".")[0] for each in await leftover.copied(registry, HERS, subject=subject)}
    assert left == {"consent", "consent_event"}, "the chains stay, which nobody can open"
    async with registry.as_(person) as client:
        assert (await client.get("/v1/me/record")).status_code == 404
        assert (await client.put("/v1/me/record", json=RECORD)).status_code == 410
