"""What nobody moves ends by itself when the clock is moved, and a sweep that finds nothing changes nothing."""

from datetime import UTC, datetime, timedelta

from services.referrals.commands import clock
from tests.service.referrals.world import EDUCATION, Person, World


async def sweep(world: World, days: float) -> None:
    while await clock.sweep(world.app.runtime, datetime.now(UTC) + timedelta(days=days)):
        pass


async def test_no_consent_within_14_days_cancels_it(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    await sweep(world, 13.9)
    assert (await world.mine(who, made["id"]))["state"] == "awaiting_consent"
    await sweep(world, 14.1)
    seen = await world.mine(who, made["id"])
    assert (seen["state"], seen["reason"]) == ("cancelled", "consent_not_given")


async def test_no_answer_within_30_days_expires_it_and_tells_the_others(world: World) -> None:
    who = Person()
    referral = await world.requested(who)
    await sweep(world, 29.9)
    assert (await world.mine(who, referral))["state"] == "requested"
    await sweep(world, 30.1)
    seen = await world.mine(who, referral)
    assert (seen["state"], seen["fhir"], seen["reason"]) == ("expired", "cancelled", "not_answered")
    told = await world.rows(
        "SELECT data FROM outbox WHERE aggregate = :id AND subject = 'referrals.referral.cancelled.v1'", id=referral
    )
    assert told[0].data["state"] == "expired"
    refused = await world.move(referral, "accept", seen["version"])
    assert (refused.status_code, refused.json()["allowed"]) == (409, [])


async def test_work_ends_with_the_consent(world: World) -> None:
    who = Person()
    referral = await world.requested(who)
    await world.move(referral, "accept", 2)
    await world.move(referral, "start", 3)
    await sweep(world, 179)
    assert (await world.mine(who, referral))["state"] == "in_progress"
    await sweep(world, 181)
    seen = await world.mine(who, referral)
    assert (seen["state"], seen["reason"]) == ("cancelled", "consent_expired")


async def test_a_referral_whose_time_is_over_takes_no_verb_even_before_the_sweep(world: World) -> None:
    referral = await world.requested(Person())
    await world.change("UPDATE referral SET ends_at = now() WHERE id = :id", id=referral)
    refused = await world.move(referral, "accept", 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "state-conflict")


async def test_a_due_date_that_waited_for_its_calendar_year_is_filled_in(world: World) -> None:
    who = Person()
    referral = await world.requested(who)
    await world.change("UPDATE referral SET due_at = NULL WHERE id = :id", id=referral)
    await clock.reckon(world.app.runtime)
    assert (await world.mine(who, referral))["due"]
    await world.change(
        "UPDATE referral SET due_at = NULL, due_from = '2098-12-30T00:00:00Z' WHERE id = :id", id=referral
    )
    await clock.reckon(world.app.runtime)
    assert (await world.mine(who, referral))["due"] is None
    async with world.office(EDUCATION) as client:
        assert referral in (await client.get("/v1/referrals?limit=200")).text
