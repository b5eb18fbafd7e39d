"""The recipient's side: the inbox, preview and full fields, verbs with versions, and who gets nothing."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts import events
from shared.contracts.clock import day_of
from tests.service.referrals.world import EDUCATION, HOUSING, SCHOOL_FIELDS, SCHOOL_NEED, Person, World
from tests.support import grants
from tests.support.apps import RunningApp

ANSWERS = SCHOOL_NEED["answers"]


def soon(days: int = 10) -> str:
    return str((datetime.now(UTC) + timedelta(days=days)).date())


async def test_the_preview_until_it_accepts_then_all_then_nothing(world: World) -> None:
    referral = await world.requested(Person())
    preview = await world.read(referral, *SCHOOL_FIELDS)
    assert preview.json()["fields"] == {name: ANSWERS[name] for name in ("儿童姓名", "出生日期")}
    assert (preview.json()["fhir"], preview.headers["etag"]) == ("requested", '"2"')
    accepted = await world.move(referral, "accept", 2)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    full = await world.read(referral, *SCHOOL_FIELDS)
    assert full.json()["fields"] == ANSWERS
    assert full.json()["due_kind"] == "first_contact"
    await world.move(referral, "start", 3)
    await world.move(referral, "complete", 4, outcome="provided")
    closed = await world.read(referral, *SCHOOL_FIELDS)
    assert (closed.json()["state"], closed.json()["fields"]) == ("completed", {})


async def test_the_grants_fields_narrow_what_is_answered(world: World) -> None:
    referral = await world.requested(Person())
    await world.move(referral, "accept", 2)
    assert (await world.read(referral, "姓名", "户籍地")).json()["fields"] == {"姓名": ANSWERS["姓名"]}
    assert (await world.read(referral)).json()["fields"] == {}


async def test_an_outcome_is_confirmed_or_disputed_by_the_person_and_stored_apart(world: World) -> None:
    who = Person()
    referral = await world.requested(who)
    for version, verb, body in [
        (2, "accept", {}),
        (3, "start", {}),
        (4, "hold", {"reason": "waiting_for_material", "review_on": soon()}),
        (5, "resume", {}),
        (6, "complete", {"outcome": "partly_provided"}),
    ]:
        answer = await world.move(referral, verb, version, **body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{version + 1}"'
    async with world.person(who) as client:
        assert (await client.post(f"/v1/me/referrals/{referral}:dispute")).json()["state"] == "completed"
        assert (await world.mine(who, referral))["my_answer"] == "disputed"
        assert (await client.post(f"/v1/me/referrals/{referral}:confirm")).status_code == 200
    seen = await world.mine(who, referral)
    assert (seen["outcome"], seen["my_answer"]) == ("partly_provided", "confirmed")
    steps = ["ask", "consent", "accept", "start", "hold", "resume", "complete", "dispute", "confirm"]
    assert [line["verb"] for line in seen["history"]] == steps
    told = await world.rows("SELECT subject FROM outbox WHERE aggregate = :id ORDER BY seq", len(steps), id=referral)
    assert [row.subject.split(".")[2] for row in told] == (
        ["drafted", "requested", "accepted", "started", "held", "resumed", "completed", "disputed", "confirmed"]
    )


async def test_confirming_what_is_not_completed_is_refused(world: World) -> None:
    who = Person()
    referral = await world.requested(who)
    async with world.person(who) as client:
        refused = await client.post(f"/v1/me/referrals/{referral}:confirm")
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["cancel", "revoke"])


@pytest.mark.parametrize(
    ("verb", "body", "state"),
    [
        ("reject", {"reason": "no_capacity"}, "rejected"),
        ("fail", {"reason": "not_reachable"}, "failed"),
    ],
)
async def test_a_refusal_carries_a_reason_that_the_person_reads(
    world: World, verb: str, body: dict[str, Any], state: str
) -> None:
    who = Person()
    referral = await world.requested(who)
    version = 2
    if verb == "fail":
        version = (await world.move(referral, "accept", 2)).json()["version"]
    answer = await world.move(referral, verb, version, **body)
    assert answer.json()["state"] == state
    assert (await world.mine(who, referral))["reason"] == body["reason"]


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("reject", {}, "body-invalid"),
        ("reject", {"reason": "we do not like it"}, "body-invalid"),
        ("complete", {"outcome": "done"}, "body-invalid"),
        ("hold", {"reason": "waiting_list"}, "body-invalid"),
        ("hold", {"reason": "waiting_list", "review_on": "2026-02-30"}, "body-invalid"),
        ("hold", {"reason": "waiting_list", "review_on": 1_800_000_000}, "body-invalid"),
        ("fail", {"reason": "not_reachable", "text": "free"}, "body-invalid"),
    ],
)
async def test_a_verb_without_what_it_needs_is_refused(
    world: World, verb: str, body: dict[str, Any], code: str
) -> None:
    referral = await world.requested(Person())
    answer = await world.move(referral, verb, 2, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_review_date_out_of_bounds_leaves_everything_as_it_was(world: World) -> None:
    who = Person()
    referral = await world.requested(who)
    await world.move(referral, "accept", 2)
    answer = await world.move(referral, "hold", 3, reason="waiting_list", review_on=soon(200))
    assert (answer.status_code, answer.json()["code"]) == (422, "review-date-invalid")
    seen = await world.mine(who, referral)
    assert (seen["state"], seen["version"]) == ("accepted", 3)


async def test_a_verb_wants_the_version_that_was_read(world: World) -> None:
    referral = await world.requested(Person())
    missing = await world.move(referral, "accept", None)
    assert (missing.status_code, missing.json()["code"]) == (428, "if-match-missing")
    stale = await world.move(referral, "accept", 1)
    assert (stale.status_code, stale.json()["code"]) == (412, "version-stale")
    assert (await world.move(referral, "accept", 2)).status_code == 200


async def test_a_verb_out_of_turn_lists_those_allowed_now(world: World) -> None:
    referral = await world.requested(Person())
    refused = await world.move(referral, "start", 2)
    assert (refused.status_code, refused.json()["code"]) == (409, "state-conflict")
    assert (refused.json()["state"], refused.json()["allowed"]) == ("requested", ["accept", "reject"])


async def test_of_two_who_accept_at_once_one_wins(world: World) -> None:
    referral = await world.requested(Person())
    answers = await asyncio.gather(*(world.move(referral, "accept", 2) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await world.select("SELECT 1 FROM referral_history WHERE referral = :id", id=referral)) == 3


async def test_the_same_verb_with_the_same_key_gives_the_same_answer(world: World) -> None:
    referral = await world.requested(Person())
    headers = {"if-match": '"2"', "idempotency-key": str(uuid.uuid4())}
    async with world.partner(EDUCATION, "agr-school") as client:
        first = await client.post(f"/v1/referrals/{referral}:accept", headers=headers)
        again = await client.post(f"/v1/referrals/{referral}:accept", headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["etag"] == '"3"'
    assert len(await world.select("SELECT 1 FROM outbox WHERE aggregate = :id", id=referral)) == 3


@pytest.mark.parametrize(("organisation", "agreed"), [(HOUSING, "agr-school"), (EDUCATION, "agr-medical")])
async def test_another_organisation_or_agreement_finds_nothing(world: World, organisation: str, agreed: str) -> None:
    referral = await world.requested(Person())
    async with world.partner(organisation, agreed, SCHOOL_FIELDS) as client:
        unknown = await client.get(f"/v1/referrals/{uuid.uuid4()}")
        assert unknown.status_code == 404
        assert (await client.get(f"/v1/referrals/{referral}")).content == unknown.content
        verb = await client.post(f"/v1/referrals/{referral}:accept", headers={"if-match": '"2"'})
        assert verb.content == unknown.content


async def test_the_inbox_shows_the_own_organisations_work_and_never_people(world: World) -> None:
    who = Person()
    referral = await world.requested(who)
    waiting = await world.waiting(who)
    async with world.office(EDUCATION) as client:
        page = (await client.get("/v1/referrals?state=requested&limit=200")).json()
        assert (await client.get("/v1/referrals?state=unheard_of")).status_code == 422
    line = next(row for row in page["referrals"] if row["id"] == referral)
    assert set(line) == {"id", "service", "state", "fhir", "due", "due_kind", "created"}
    assert line["created"] == day_of(datetime.now(UTC)).isoformat()
    assert waiting["id"] not in {row["id"] for row in page["referrals"]}
    async with world.office(HOUSING) as client:
        assert (await client.get("/v1/referrals?limit=200")).json() == {"referrals": [], "next": None}


async def test_every_route_takes_its_own_kind_of_caller_only(world: World) -> None:
    app: RunningApp = world.app
    referral = uuid.uuid4()
    person, staff = grants.resident(app.settings), grants.staff(app.settings, EDUCATION, "officer")
    partner = grants.partner(app.settings, EDUCATION)
    wrong = [
        (staff, "POST", "/v1/me/intakes"),
        (partner, "GET", f"/v1/me/referrals/{referral}"),
        (person, "GET", "/v1/referrals"),
        (partner, "GET", "/v1/referrals"),
        (staff, "GET", f"/v1/referrals/{referral}"),
        (person, "POST", f"/v1/referrals/{referral}:accept"),
    ]
    for caller, method, path in wrong:
        async with app.as_(caller) as client:
            assert (await client.request(method, path, json={})).status_code == 403


async def test_the_history_cannot_be_rewritten(world: World) -> None:
    referral = await world.requested(Person())
    for change in ("UPDATE referral_history SET verb = 'x'", "DELETE FROM referral_history"):
        with pytest.raises(Exception, match="append-only"):
            await world.change(change)
    assert len(await world.select("SELECT 1 FROM referral_history WHERE referral = :id", id=referral)) == 2


async def test_a_consent_fact_delivered_twice_moves_it_once(world: World) -> None:
    who = Person()
    made = await world.waiting(who)
    await world.say(events.ConsentGiven, made)
    assert (await world.state(who, made["id"], "requested"))["version"] == 2
