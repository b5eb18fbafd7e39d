"""What a partner would get and why not more: by the agreement in force, of fictitious cases only, and logged."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.evaluations import SEVERAL, ask, question
from tests.support.governed import EDUCATION, Region


async def told(region: Region, **changes: Any) -> tuple[bool, dict[str, Any]]:
    answer = await ask(region, question(**changes))
    assert answer.status_code == 200, answer.text
    return answer.json()["decision"], answer.json()["context"]


def steps(context: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["step"], each["reason"]) for each in context["every"]]


async def test_what_fits_is_released_with_its_transform(region: Region) -> None:
    decision, context = await told(
        region, resource__properties__state="requested", context__fields=["出生日期", "现住区划代码"]
    )
    assert decision and context["step"] is None and context["every"] == []
    assert context["fields"] == [
        {"field": "出生日期", "transform": "year"},
        {"field": "现住区划代码", "transform": "none"},
    ]


@pytest.mark.parametrize(
    ("changes", "step", "reason"),
    [
        ({"context__agreement": ""}, 4, "agreement-missing"),
        ({"context__agreement": "agr-nobodys"}, 4, "agreement-unknown"),
        ({"subject__properties": {"organisation": "org-610118-housing"}}, 5, "party-mismatch"),
        ({"subject__id": "another-system"}, 5, "party-mismatch"),
        ({"action__name": "file_record", "context__fields": []}, 6, "operation-not-agreed"),
        ({"subject__type": "staff"}, 6, "task-not-of-role"),
        ({"resource__type": "case"}, 6, "object-not-single"),
        ({"context__purpose": "housing_help"}, 7, "purpose-not-agreed"),
        ({"context__fields": []}, 9, "fields-missing"),
        ({"context__fields": ["姓名", "身份证号"]}, 9, "fields-not-agreed"),
        ({"resource__properties__state": "requested"}, 9, "fields-not-agreed"),
        ({"resource__properties__service": "HOU-04"}, 10, "subject-not-linked"),
        ({"resource__properties__state": "closed"}, 10, "subject-not-linked"),
        ({"resource__properties__state": "revoked"}, 11, "consent-withdrawn"),
        ({"context__consent": {"state": "none"}}, 11, "consent-not-given"),
        ({"context__consent": {"state": "withdrawn"}}, 11, "consent-withdrawn"),
        ({"context__consent": {"state": "expired"}}, 11, "consent-expired"),
        ({"context__consent": {"state": "frozen"}}, 11, "consent-frozen"),
        ({"context__consent": {"fields": ["姓名"]}}, 11, "consent-mismatch"),
        ({"context__consent": {"separate": []}}, 11, "separate-consent-missing"),
        ({"context__usage": {"people": 1_000}}, 12, "quota-exceeded"),
        ({"context__usage": {"minute": 6_000}}, 12, "quota-exceeded"),
    ],
)
async def test_the_step_that_would_refuse_is_named_and_alone(
    region: Region, changes: dict[str, Any], step: int, reason: str
) -> None:
    decision, context = await told(region, **changes)
    assert not decision and context["fields"] == []
    assert (context["step"], context["reason"], steps(context)) == (step, reason, [(step, reason)])
    assert context["title"] and context["detail"]


async def test_what_would_refuse_next_is_told_too(region: Region) -> None:
    _, context = await told(
        region,
        subject={"type": "staff", "id": "somebody", "properties": {"organisation": "org-610118-housing"}},
        resource__properties__service="HOU-04",
        context__purpose="housing_help",
        context__fields=["姓名", "身份证号", "儿童姓名"],
        context__consent={"state": "withdrawn", "separate": []},
        context__usage={"minute": 1_000_000},
    )
    assert steps(context) == [
        (5, "party-mismatch"),
        (6, "task-not-of-role"),
        (7, "purpose-not-agreed"),
        (9, "fields-not-agreed"),
        (11, "consent-withdrawn"),
        (11, "separate-consent-missing"),
        (12, "quota-exceeded"),
    ]


async def test_before_acceptance_first_what_is_never_shown_is_told_and_then_what_is_not_shown_yet(
    region: Region,
) -> None:
    _, context = await told(
        region, resource__properties__state="requested", context__fields=["出生日期", "姓名", "户籍地"]
    )
    assert steps(context) == [(9, "fields-not-agreed")] * 2
    assert [each["fields"] for each in context["every"]] == [["户籍地"], ["姓名"]]
    assert "户籍地" in context["detail"]


async def test_a_refusal_names_what_the_agreement_has(region: Region) -> None:
    _, context = await told(region, context__purpose="housing_help", context__consent={"separate": []})
    assert steps(context) == [(7, "purpose-not-agreed"), (11, "separate-consent-missing")]
    assert (context["every"][0]["agreed"], context["every"][1]["sensitive"]) == (["school_enrolment"], ["minor"])


async def test_it_is_the_agreement_as_it_is_now(region: Region) -> None:
    await region.move(EDUCATION, "suspend")
    try:
        decision, context = await told(region, context__consent={"state": "withdrawn"})
    finally:
        await region.move(EDUCATION, "activate")
    assert not decision
    assert steps(context) == [(4, "agreement-not-active"), (11, "consent-withdrawn")]
    assert (await told(region))[0]


async def test_a_partner_that_may_not_act_is_told_of_though_somebody_else_called(region: Region) -> None:
    await region.write("UPDATE party SET state = 'suspended' WHERE id = 'org-610118-education'")
    await region.look()
    try:
        _, context = await told(region, subject__properties={"organisation": "org-610118-housing"})
    finally:
        await region.write("UPDATE party SET state = 'active' WHERE id = 'org-610118-education'")
        await region.look()
    assert steps(context) == [(5, "party-mismatch"), (5, "organisation-not-active")]


async def test_no_real_referral_can_be_asked_about(region: Region) -> None:
    real = await region.referral()
    for named in (real, f"fictitious-{real}", str(uuid.uuid4())):
        refused = await ask(region, question(resource__id=named))
        assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid")
        assert refused.json()["errors"][0]["pointer"] == "/body/resource/id"


async def test_nothing_about_anybody_is_looked_up(region: Region) -> None:
    """Nobody can read what is known of referrals and consents, and the answer comes all the same."""
    owner = create_async_engine(region.owner_url)
    async with owner.connect() as connection:
        await connection.execute(text("LOCK TABLE link, consent, withdrawal IN ACCESS EXCLUSIVE MODE"))
        answer = await ask(region, question())
    await owner.dispose()
    assert (answer.status_code, answer.json()["decision"]) == (200, True)


async def test_asking_is_logged_without_what_was_asked(region: Region) -> None:
    before = await region.size()
    answer = await ask(region, question(subject__id="a-made-up-name"))
    intent, outcome = (await region.logged())[before:]
    assert {intent["decision"], outcome["decision"]} == {answer.headers["jieli-decision"]}
    assert (intent["operation"], intent["verdict"], outcome["outcome"]) == ("explain_decision", "permit", "released")
    assert intent["actor"]["role"] == "coordinator"
    assert "a-made-up-name" not in str((intent, outcome))


async def test_it_is_for_the_coordination_office_and_its_data_protection_officer(region: Region) -> None:
    assert (await ask(region, question(), role="data_protection_officer")).status_code == 200
    officer = await ask(region, question(), role="officer")
    assert (officer.status_code, officer.json()["code"]) == (403, "task-not-of-role")
    partner = await ask(region, question(), organisation="org-610118-education")
    assert (partner.status_code, partner.json()["code"]) == (403, "task-not-of-organisation")


async def test_asking_again_is_a_new_decision_and_keeps_nothing(region: Region) -> None:
    kept = await region.rows("SELECT key FROM idempotency")
    answers = [await ask(region, question()) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["jieli-decision"] != answers[1].headers["jieli-decision"]
    assert await region.rows("SELECT key FROM idempotency") == kept


async def test_an_agreement_that_has_ended_says_so_and_what_would_follow(region: Region) -> None:
    held = await region.agreement(EDUCATION)
    await region.amend(EDUCATION, valid_until=datetime.now(UTC) - timedelta(days=1))
    try:
        _, context = await told(region, context__fields=[])
    finally:
        await region.amend(EDUCATION, valid_until=held.valid_until)
    assert steps(context) == [(4, "agreement-expired"), (9, "fields-missing")]


async def test_several_are_one_decision_of_one_moment_and_as_closed_as_one(region: Region) -> None:
    before = await region.size()
    body = question() | {"evaluations": [{}, {"resource": question()["resource"]}]}
    answer = await ask(region, body, path=SEVERAL)
    assert [each["decision"] for each in answer.json()["evaluations"]] == [True, True]
    assert len((await region.logged())[before:]) == 2, "the intent and the outcome of the one call"
    real = {"resource": {"type": "referral", "id": await region.referral()}}
    refused = await ask(region, question() | {"evaluations": [{}, real]}, path=SEVERAL)
    assert refused.json()["errors"][0]["pointer"] == "/body/evaluations/1/resource/id"
    officer = await ask(region, body, role="officer", path=SEVERAL)
    assert (officer.status_code, officer.json()["code"]) == (403, "task-not-of-role")


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"evaluations": [{}] * 51}, "/body/evaluations"),
        ({"options": {"evaluations_semantic": "execute_none"}}, "/body/options/evaluations_semantic"),
        ({"options": {"another_option": "value"}}, "/body/options/another_option"),
        ({"evaluations": [{"subject": {"type": "client"}}]}, "/body/evaluations/0/subject/id"),
    ],
)
async def test_what_is_too_much_or_not_understood_is_named(region: Region, more: Any, pointer: str) -> None:
    refused = await ask(region, question() | {"evaluations": [{}]} | more, path=SEVERAL)
    assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid")
    assert refused.json()["errors"][0]["pointer"] == pointer
