"""A person is erased in referrals: what runs stops, what she answered opens with no key that is left."""

import uuid

from shared.contracts.events import ReferralsErasureOrdered
from tests.service.referrals.world import EDUCATION, SCHOOL_NEED, Person, World
from tests.support import leftover
from tests.support.until import until

HERS = """
SELECT referral.person, 'referral_answers.sealed/' || referral.id, sealed
FROM referral_answers JOIN referral ON referral.id = referral WHERE referral.person = :person
"""


async def test_her_referrals_stop_and_her_answers_open_with_no_key(world: World) -> None:
    who, other = Person(), Person()
    running, others = await world.requested(who), await world.requested(other)
    waiting = (await world.waiting(who))["id"]
    kept = await leftover.copied(world.app, HERS, person=who.subject)
    assert len(kept) == len(await leftover.opened(world.app, kept)) == 2, "before, they open"
    order = ReferralsErasureOrdered(request=str(uuid.uuid4()), person=who.subject)
    await world.app.receive("gateway", order.request, 1, order)

    async def done() -> list[dict[str, object]]:
        events = world.app.bus.events("referrals.erasure.done.v1")
        return [event for event in events if event["request"] == order.request]

    [told] = await until(done)
    assert told["records"] == sorted([running, str(waiting)])
    assert await leftover.opened(world.app, kept) == []
    assert await leftover.copied(world.app, HERS, person=who.subject) == []
    rows = await world.select("SELECT state, seal FROM referral WHERE person = :person", person=who.subject)
    assert [tuple(row) for row in rows] == [("cancelled", "erased")] * 2
    async with world.office(EDUCATION) as office:
        listed = (await office.get("/v1/referrals", params={"limit": 200})).json()["referrals"]
    assert {each["id"]: each["state"] for each in listed}[running] == "cancelled"
    await world.state(other, others, "requested")
    async with world.person(who) as her:
        again = await her.post("/v1/me/intakes", json={"needs": [SCHOOL_NEED], "told": True})
    assert (again.status_code, again.json()["code"]) == (410, "person-erased")
    theirs = await leftover.copied(world.app, HERS, person=other.subject)
    assert len(await leftover.opened(world.app, theirs)) == 1, "nobody else is erased"
