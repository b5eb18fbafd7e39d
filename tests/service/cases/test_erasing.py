"""A party is erased in cases: mediation stops, her own account opens with no key, what both agreed stays."""

import uuid

from shared.contracts.events import CasesErasureOrdered
from tests.service.cases.story import Story
from tests.support import leftover
from tests.support.until import until

HERS = """
SELECT party.person::text, 'party.statement/' || party.id, statement FROM party
WHERE person = :person AND statement IS NOT NULL
UNION ALL
SELECT party.person::text, 'party.contact/' || party.id, contact FROM party
WHERE person = :person AND contact IS NOT NULL
"""


async def erased(story: Story) -> dict[str, object]:
    """The applicant is erased; what cases says of it."""
    order = CasesErasureOrdered(request=str(uuid.uuid4()), person=str(story.applicant.claims["subject"]))
    await story.app.receive("gateway", order.request, 1, order)

    async def done() -> list[dict[str, object]]:
        events = story.app.bus.events("cases.erasure.done.v1")
        return [event for event in events if event["request"] == order.request]

    [told] = await until(done)
    return told


async def test_her_account_opens_with_no_key_and_mediation_stops(story: Story) -> None:
    await story.until("in_session")
    her = uuid.UUID(str(story.applicant.claims["subject"]))
    kept = await leftover.copied(story.app, HERS, person=her)
    assert len(kept) == len(await leftover.opened(story.app, kept)) == 2, "before, they open"
    told = await erased(story)
    assert told["records"] == [story.case]
    assert await leftover.opened(story.app, kept) == []
    assert await leftover.copied(story.app, HERS, person=her) == []
    seen = (await story.get(story.respondent)).json()
    assert (seen["state"], seen["request"]) == ("terminated", None)
    assert (await story.get(story.applicant)).status_code == 404


async def test_what_both_agreed_stays_the_other_partys(story: Story) -> None:
    await story.until("agreement_signed")
    await erased(story)
    seen = (await story.get(story.respondent)).json()
    assert seen["state"] == "agreement_signed" and seen["agreement"]["document"]["terms"]
