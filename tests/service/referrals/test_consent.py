"""Consent decides: what fits sends a referral, what does not fit changes nothing, a withdrawal stops it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts import events
from tests.service.referrals.world import EDUCATION, HOUSING, MEDICAL, Person, World


async def test_a_consent_that_fits_sends_the_referral(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    assert (await world.read(made["id"], "儿童姓名")).status_code == 404
    await world.say(events.ConsentGiven, made)
    seen = await world.state(who, made["id"], "requested")
    assert (seen["due_kind"], seen["ask_whom"]) == ("answer", EDUCATION)
    assert [line["verb"] for line in seen["history"]] == ["ask", "consent"]
    told = await world.rows(
        "SELECT data FROM outbox WHERE subject = 'referrals.referral.requested.v1' AND aggregate = :id", id=made["id"]
    )
    assert (told[0].data["consent"], told[0].data["seal"]) == (f"consent-of-{made['id']}", who.seal)
    assert (await world.read(made["id"], "儿童姓名")).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": HOUSING},
        {"agreement": "agr-other"},
        {"agreement_version": 2},
        {"purpose": "housing_help"},
        {"consent_hash": "f" * 64},
        {"fields": ("儿童姓名",)},
        {"expires_at": datetime.now(UTC) - timedelta(seconds=1)},
    ],
)
async def test_a_consent_that_does_not_fit_leaves_a_line_and_changes_nothing(
    world: World, change: dict[str, Any]
) -> None:
    who = Person()
    made = await world.waiting(who)
    await world.say(events.ConsentGiven, made, **change)
    await world.rows("SELECT 1 FROM referral_history WHERE referral = :id", 2, id=made["id"])
    seen = await world.mine(who, made["id"])
    assert (seen["state"], seen["version"]) == ("awaiting_consent", 1)
    assert [line["verb"] for line in seen["history"]] == ["ask", "consent_mismatch"]
    assert (await world.read(made["id"], "儿童姓名")).status_code == 404


async def test_a_refusal_ends_it_and_the_recipient_never_learns_of_it(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    await world.say(events.ConsentRefused, made)
    seen = await world.state(who, made["id"], "cancelled")
    assert (seen["reason"], seen["may"]) == ("consent_refused", [])
    assert (await world.read(made["id"], "儿童姓名")).status_code == 404
    async with world.office(EDUCATION) as client:
        assert made["id"] not in (await client.get("/v1/referrals?limit=200")).text


@pytest.mark.parametrize("verbs", [[], ["accept"], ["accept", "start"], ["accept", "start", "hold"]])
async def test_a_withdrawal_stops_a_running_referral_wherever_it_stands(world: World, verbs: list[str]) -> None:
    who = Person()
    made = await world.waiting(who)
    await world.say(events.ConsentGiven, made)
    await world.state(who, made["id"], "requested")
    hold = {"reason": "persons_wish", "review_on": str((datetime.now(UTC) + timedelta(days=9)).date())}
    for at, verb in enumerate(verbs, start=2):
        moved = await world.move(made["id"], verb, at, **(hold if verb == "hold" else {}))
        assert moved.status_code == 200, moved.text
    await world.say(events.ConsentWithdrawn, made, sequence=2)
    seen = await world.state(who, made["id"], "revoked")
    assert (seen["reason"], seen["fhir"], seen["due"]) == ("consent_withdrawn", "cancelled", None)
    read = await world.read(made["id"], "姓名", "儿童姓名")
    assert (read.status_code, read.json()["fields"], read.json()["state"]) == (200, {}, "revoked")
    refused = await world.move(made["id"], "accept", seen["version"])
    assert (refused.status_code, refused.json()["allowed"]) == (409, [])


async def test_the_withdrawal_of_another_consent_or_of_a_closed_referral_changes_nothing(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    await world.say(events.ConsentGiven, made)
    await world.state(who, made["id"], "requested")
    await world.say(events.ConsentWithdrawn, made, consent=f"other-of-{made['id']}")
    await world.rows("SELECT 1 FROM position WHERE aggregate = :id", id=f"other-of-{made['id']}")
    assert (await world.mine(who, made["id"]))["state"] == "requested"
    await world.move(made["id"], "reject", 2, reason="no_capacity")
    await world.say(events.ConsentWithdrawn, made, sequence=2)
    await world.rows("SELECT 1 FROM position WHERE aggregate = :id AND seq = 2", id=f"consent-of-{made['id']}")
    assert (await world.mine(who, made["id"]))["state"] == "rejected"


async def test_a_consent_about_something_else_is_nobodys_referral(world: World) -> None:
    made = await world.waiting(Person())
    consent = f"elsewhere-{made['id']}"
    await world.say(events.ConsentGiven, made, consent=consent, referral="record-request-1")
    await world.rows("SELECT 1 FROM position WHERE aggregate = :id", id=consent)
    assert await world.select("SELECT 1 FROM dead_letter") == []


async def test_the_person_may_cancel_before_consent_and_a_late_consent_sends_nothing(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    async with world.person(who) as client:
        assert (await client.post(f"/v1/me/referrals/{made['id']}:cancel")).json()["state"] == "cancelled"
    await world.say(events.ConsentGiven, made)
    await world.rows("SELECT 1 FROM referral_history WHERE referral = :id", 3, id=made["id"])
    assert (await world.mine(who, made["id"]))["state"] == "cancelled"
    async with world.partner(MEDICAL, "agr-school", ("姓名",)) as client:
        assert (await client.get(f"/v1/referrals/{made['id']}")).status_code == 404
