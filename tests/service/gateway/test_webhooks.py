"""Partners are told of their own referrals: signed, again until they take it, and nothing of anybody else's."""

import asyncio
import base64
import uuid
from typing import Any

import pytest

from gateway.exchange import desk
from gateway.webhooks import rules
from shared.contracts import events
from tests.service.gateway.place import Place, arrive, settled
from tests.support import apps, receiver
from tests.support.receiver import Receiver, Told
from tests.support.until import until


async def test_a_partner_hears_signed_which_of_its_referrals_stands_where_and_nothing_else(
    place: Place, partner: Receiver
) -> None:
    organisation = await place.organisation()
    secret = await place.registered(organisation, partner)
    referral = await place.referral(organisation, "drafted=draft", "requested", "accepted")
    await place.time_passes()
    told = await arrive(partner, 2)
    for each in told:
        receiver.verify(secret, each.headers, each.body)
        assert each.said.keys() == {"type", "timestamp", "data"}
    said = [each.said["data"] for each in told]
    assert sorted(each["state"] for each in said) == ["accepted", "requested"]
    assert [each.keys() for each in said] == [{"referral", "state"}] * 2
    assert {each["referral"] for each in said} == {referral}
    ids = [uuid.UUID(each.id.removeprefix("msg_")) for each in told]
    assert len(set(ids)) == 2
    assert {each.version for each in ids} == {4}, "an id that tells the time would undo the chance in it"
    assert partner.told[0].headers["host"] == f"localhost:{partner.port}"


async def test_what_happened_waits_for_a_while_that_nobody_can_foresee(place: Place, organisation: str) -> None:
    for _ in range(8):
        await place.referral(organisation, "requested")
    waits = "SELECT extract(epoch FROM told_at - created_at) AS s FROM webhook_message WHERE organization = :o"
    seconds = [float(row.s) for row in await place.rows(waits, o=organisation)]
    assert len({round(each, 1) for each in seconds}) > 2
    assert all(-1 < each <= rules.JITTER for each in seconds)


async def test_nothing_is_heard_of_what_she_did_not_consent_to(place: Place, organisation: str) -> None:
    await place.referral(organisation, "drafted=draft", "drafted=awaiting_consent", "cancelled")
    assert (await place.webhook(organisation))["waiting"] == 0


async def test_that_a_consent_was_withdrawn_is_told_so_that_it_deletes(
    place: Place, partner: Receiver, organisation: str
) -> None:
    await place.referral(organisation, "requested", "accepted", "revoked")
    await place.time_passes()
    assert "revoked" in [each.said["data"]["state"] for each in await arrive(partner, 3)]


async def test_nobody_hears_of_anothers_referrals(place: Place, partner: Receiver) -> None:
    own, other = await place.organisation(), await place.organisation()
    await place.registered(other, partner)
    await place.referral(own, "requested")
    mine = await place.referral(other, "requested")
    await place.time_passes()
    await arrive(partner)
    await settled(place, other)
    assert [each.said["data"]["referral"] for each in partner.told] == [mine]


async def test_each_state_is_told_once_and_not_what_she_says_of_the_outcome(place: Place, organisation: str) -> None:
    await place.referral(
        organisation, "requested", "accepted", "started=in_progress", "completed", "confirmed=completed"
    )
    assert (await place.webhook(organisation))["waiting"] == 4


async def test_what_was_sent_and_not_written_down_is_sent_again_under_the_same_id(
    place: Place, partner: Receiver, organisation: str
) -> None:
    """As after a crash in between: the row is still there, its lease runs out."""
    await place.referral(organisation, "requested")
    partner.silent = True  # sent; no answer, so nothing is written down
    await place.time_passes()
    await arrive(partner)
    partner.silent = False
    await place.time_passes()  # the lease has run out: another process takes it
    other = await second_process(place, partner)
    assert {each.id for each in other} == {partner.told[0].id}
    assert {each.body for each in other} == {partner.told[0].body}


async def second_process(place: Place, partner: Receiver) -> list[Told]:
    async with apps.started(place.gateway.settings):
        return list(await arrive(partner, 2))


@pytest.mark.parametrize("status", [200, 202, 299])
async def test_what_arrived_is_not_kept(place: Place, partner: Receiver, organisation: str, status: int) -> None:
    partner.answers = [status]
    referral = await place.referral(organisation, "requested")
    await place.time_passes()
    await arrive(partner)

    async def nothing_left() -> bool:
        return not await place.rows("SELECT 1 FROM webhook_message WHERE referral = :r", r=referral)

    await until(nothing_left)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 429, 500, 503])
async def test_whatever_is_no_yes_is_tried_again_later(
    place: Place, partner: Receiver, organisation: str, status: int
) -> None:
    partner.answers = [status]
    referral = await place.referral(organisation, "requested")
    await place.time_passes()
    await arrive(partner)
    tried = "SELECT attempts, reason, state, next_at > now() AS later FROM webhook_message WHERE referral = :r"

    async def written() -> Any:
        return next((row for row in await place.rows(tried, r=referral) if row.reason), None)

    assert tuple(await until(written)) == (1, f"answered-{status}", "waiting", True)
    await place.time_passes()
    first, second = await arrive(partner, 2)
    assert (first.id, first.body) == (second.id, second.body), "the same message again"


async def test_after_three_days_of_tries_it_is_a_dead_letter_and_can_be_replayed(
    place: Place, partner: Receiver
) -> None:
    organisation = await place.organisation()
    secret = await place.registered(organisation, partner)
    referral = await place.referral(organisation, "requested")
    partner.answers = [500] * (len(rules.WAITS) + 1)
    for number in range(len(rules.WAITS) + 1):
        await place.rows("UPDATE webhook_message SET next_at = now() WHERE referral = :r", r=referral)
        await arrive(partner, number + 1)
        await settled(place, organisation)
    token = place.issuer.token(organisation)
    [letter] = (await place.call(token, "GET", "/v1/webhook/dead-letters")).json()["dead_letters"]
    assert (letter["referral"], letter["state"], letter["reason"]) == (referral, "requested", "answered-500")
    assert letter["attempts"] == len(partner.told) == len(rules.WAITS) + 1
    others = place.issuer.token(await place.organisation())
    assert (await place.call(others, "GET", "/v1/webhook/dead-letters")).json() == {"dead_letters": []}
    assert (await place.call(others, "POST", "/v1/webhook/dead-letters:replay")).json() == {"replayed": 0}
    replayed = await place.call(token, "POST", "/v1/webhook/dead-letters:replay")
    assert replayed.json() == {"replayed": 1}
    last = (await arrive(partner, len(rules.WAITS) + 2))[-1]
    assert last.id == f"msg_{letter['id']}" == partner.told[0].id
    receiver.verify(secret, last.headers, last.body)


async def test_a_system_that_wants_nothing_more_says_410_and_is_left_alone_until_it_registers_again(
    place: Place, partner: Receiver, organisation: str
) -> None:
    partner.answers = [410]
    await place.referral(organisation, "requested")
    await place.time_passes()
    await arrive(partner)

    async def disabled() -> bool:
        return (await place.webhook(organisation))["state"] == "disabled"

    await until(disabled)
    await place.referral(organisation, "requested")
    await place.time_passes()
    assert (await place.webhook(organisation))["waiting"] == 1, "nothing new for it"
    again = await place.call(place.issuer.token(organisation), "PUT", "/v1/webhook", {"url": partner.url})
    assert again.json() == {"url": partner.url, "state": "active", "secret": None}
    assert len(await arrive(partner, 2)) == 2


async def test_a_slow_partner_delays_nobody_else(place: Place, partner: Receiver, organisation: str) -> None:
    async with receiver.receiver() as slow:
        slow.silent = True
        sleepy = await place.organisation()
        await place.registered(sleepy, slow)
        for _ in range(5):
            await place.referral(sleepy, "requested")
        await place.time_passes()
        await arrive(slow)
        await place.referral(organisation, "requested")
        await place.time_passes()
        await asyncio.wait_for(arrive(partner), 5)
        assert len(slow.told) == 1, "one at a time for each partner"


async def test_a_suspended_organisation_is_told_nothing_until_it_may_act_again(
    place: Place, partner: Receiver, organisation: str
) -> None:
    await place.referral(organisation, "requested")
    await place.becomes(organisation, "suspended")
    await place.may(organisation, "suspended")
    await place.time_passes()
    other = await place.organisation()
    async with receiver.receiver() as witness:  # what is due is looked for meanwhile
        await place.registered(other, witness)
        await place.referral(other, "requested")
        await place.time_passes()
        await arrive(witness)
    assert partner.told == []
    await place.becomes(organisation, "active")
    await arrive(partner)


async def test_who_is_erased_is_not_spoken_of_any_more_but_to_say_that_it_is_over(
    place: Place, partner: Receiver, organisation: str
) -> None:
    referral = await place.referral(organisation, "requested", "accepted", "revoked")
    await place.rows("UPDATE webhook_message SET next_at = now() + interval '1 hour' WHERE referral = :r", r=referral)
    person = str(uuid.uuid4())
    seal = desk.at(place.gateway.runtime).seals.seal(person)
    request = str(uuid.uuid4())
    await place.gateway.receive("registry", request, 1, events.ErasureAsked(request=request, seal=seal))

    async def ordered() -> bool:
        return bool(await place.rows("SELECT 1 FROM erasing WHERE request = :r", r=request))

    await until(ordered)
    for app in apps.SERVICES:
        done = next(each for each in events.ErasureDone.__subclasses__() if each.subject.startswith(f"{app}."))
        await place.gateway.receive(app, f"{request}/{app}", 1, done(request=request, records=(referral,)))

    async def erased() -> bool:
        left = await place.rows("SELECT referral_state AS state FROM webhook_message WHERE referral = :r", r=referral)
        return [row.state for row in left] == ["revoked"]

    await until(erased)
    await place.time_passes()
    await arrive(partner)
    await settled(place, organisation)
    assert [each.said["data"] for each in partner.told] == [{"referral": referral, "state": "revoked"}]


async def test_a_new_secret_signs_beside_the_old_one_for_a_day_also_when_it_is_asked_for_twice(
    place: Place, partner: Receiver
) -> None:
    organisation = await place.organisation()
    old = await place.registered(organisation, partner)
    token = place.issuer.token(organisation)
    lost, new = [(await place.call(token, "POST", "/v1/webhook:rotate")).json()["secret"] for _ in range(2)]
    await place.referral(organisation, "requested")
    await place.time_passes()
    [told] = await arrive(partner)
    for secret in (old, new):
        receiver.verify(secret, told.headers, told.body)
    with pytest.raises(receiver.Forged):
        receiver.verify(lost, told.headers, told.body)
    await place.rows("UPDATE webhook_endpoint SET older_until = now() WHERE organization = :o", o=organisation)
    await place.referral(organisation, "requested")
    await place.time_passes()
    later = (await arrive(partner, 2))[1]
    receiver.verify(new, later.headers, later.body)
    with pytest.raises(receiver.Forged):
        receiver.verify(old, later.headers, later.body)


async def test_the_secret_is_shown_once_and_stands_nowhere_in_clear(place: Place, partner: Receiver) -> None:
    organisation = await place.organisation()
    secret = await place.registered(organisation, partner)
    again = await place.call(place.issuer.token(organisation), "PUT", "/v1/webhook", {"url": partner.url})
    assert again.json()["secret"] is None
    assert "secret" not in await place.webhook(organisation)
    [row] = await place.rows("SELECT * FROM webhook_endpoint WHERE organization = :o", o=organisation)
    assert base64.b64decode(secret.removeprefix("whsec_")) not in bytes(row.secret)


async def test_what_an_organisation_ends_is_gone_with_what_waited(place: Place, organisation: str) -> None:
    await place.referral(organisation, "requested")
    token = place.issuer.token(organisation)
    assert (await place.call(token, "POST", "/v1/webhook:remove")).status_code == 204
    assert (await place.call(token, "GET", "/v1/webhook")).json()["code"] == "webhook-not-registered"
    assert not await place.rows("SELECT 1 FROM webhook_message WHERE organization = :o", o=organisation)


async def test_whoever_calls_is_decided_as_everywhere_and_logged(place: Place, partner: Receiver) -> None:
    organisation = await place.organisation()
    body = {"url": partner.url}
    officer = place.issuer.token(organisation, "officer", kind="staff")
    refused = await place.call(officer, "PUT", "/v1/webhook", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "task-not-of-role")
    assert "www-authenticate" in refused.headers
    async with place.gateway.as_() as client:
        nobody = await client.put("/v1/webhook", json={"nonsense": True}, headers={"idempotency-key": "12345678"})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "token-missing"), "who calls comes before what"
    administrator = place.issuer.token(organisation, "administrator", kind="staff")
    kept = await place.call(administrator, "PUT", "/v1/webhook", body)
    assert kept.status_code == 200 and kept.headers["jieli-decision"] and kept.headers["jieli-receipt"]
    assert kept.headers["cache-control"] == "no-store"
