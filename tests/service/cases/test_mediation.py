"""A dispute from application to performance, and every way in which it ends before."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.cases.rules import agreements
from shared.contracts import clock
from tests.service.cases.story import CANARIES, COMMITTEE, DUE, WAY, Story
from tests.support import grants
from tests.support.until import until

OPEN = WAY[: WAY.index("agreement_signed")]


def body(answer: object) -> dict[str, object]:
    return dict(answer.json())  # type: ignore[attr-defined]  # httpx.Response


async def test_a_deposit_comes_back(story: Story) -> None:
    await story.until("performed")
    seen = (await story.get(story.applicant)).json()
    assert seen["state"] == "performed"
    assert [remedy["code"] for remedy in seen["remedies"]] == ["agreement_in_court", "legal_aid"]
    assert seen["agreement"]["signed_by"] == ["applicant", "respondent"]
    assert seen["agreement"]["sealed"]
    term = {"number": 1, "text": CANARIES["term"], "due": DUE}
    assert seen["agreement"]["document"]["terms"] == [term]
    assert seen["free_of_charge"] is True


async def test_the_others_are_told_each_step_with_the_seals_of_those_who_joined(story: Story) -> None:
    await story.until("performed")
    told = ["applied", "screened", "invited", "accepted", "notified", "opened", "drafted", "signed", "performed"]

    def mine(fact: str) -> list[dict[str, object]]:
        events = story.app.bus.events(f"cases.case.{fact}.v1")
        return [event for event in events if event["case"] == story.case]

    async def complete() -> bool:
        return all(len(mine(fact)) == 1 for fact in told)

    await until(complete)
    alone, both = [story.applicant.claims["seal"]], [story.applicant.claims["seal"], story.respondent.claims["seal"]]
    assert [mine(fact)[0]["seals"] for fact in told] == [alone] * 3 + [both] * 6
    assert mine("signed")[0] | {"seals": []} == {
        "case": story.case,
        "committee": COMMITTEE,
        "state": "agreement_signed",
        "dispute_type": "rent_deposit",
        "seals": [],
    }


async def test_without_a_committee_the_regions_own_is_chosen(story: Story) -> None:
    await story.apply()
    assert (await story.get(story.applicant)).json()["committee"] == COMMITTEE


@pytest.mark.parametrize(("dispute_type", "days"), [("rent_deposit", 30), ("labour", 15)])
async def test_acceptance_starts_the_clock(story: Story, dispute_type: str, days: int) -> None:
    await story.apply(dispute_type=dispute_type)
    for step in ("screening", "inviting", "accepted"):
        assert (await story.step(step)).status_code == 200
    due = clock.day_of(datetime.now(UTC)) + timedelta(days=days)
    assert (await story.get(story.mediator)).json()["due"] == due.isoformat()


async def test_out_of_scope_says_why_and_where_else_to_go(story: Story) -> None:
    await story.until("applied")
    refusal = {"in_scope": False, "reason": "already_decided"}
    answer = await story.do(story.mediator, "screen", refusal)
    assert answer.json()["state"] == "out_of_scope"
    seen = (await story.get(story.applicant)).json()
    assert seen["reason"] == "already_decided"
    assert [route["code"] for route in seen["remedies"]] == ["administration", "court", "legal_aid"]


async def test_one_refusal_ends_it_and_leaves_no_trace_of_who_refused(story: Story) -> None:
    await story.until("inviting")
    answer = await story.answer("refused")
    assert answer.json()["state"] == "declined"
    assert "court" in answer.json()["remedies"]
    assert (await story.get(story.respondent)).status_code == 404
    again = await story.do(story.mediator, "invite")
    assert (again.status_code, again.json()["allowed"]) == (409, [])


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("who", ["applicant", "respondent"])
async def test_a_party_stops_at_any_time_without_a_reason(story: Story, state: str, who: str) -> None:
    await story.until(state)
    party = story.applicant if who == "applicant" else story.respondent
    answer = await story.post(party, f"/v1/me/cases/{story.case}:stop")
    if who == "respondent" and OPEN.index(state) < OPEN.index("accepted"):
        assert answer.status_code == 404
        return
    assert answer.json()["state"] == "terminated"
    assert answer.json()["remedies"] == ["administration", "court", "apply_again", "legal_aid"]
    mediator = (await story.get(story.mediator)).json()
    assert (mediator["state"], mediator["allowed"]) == ("terminated", [])


async def test_what_both_signed_binds(story: Story) -> None:
    await story.until("agreement_signed")
    answer = await story.post(story.respondent, f"/v1/me/cases/{story.case}:stop")
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["report", "follow-up"])


async def test_no_session_before_both_signed_the_notice(story: Story) -> None:
    await story.until("accepted")
    early = await story.do(story.mediator, "open-session", {"no_interest": True})
    assert (early.status_code, early.json()["allowed"]) == (409, ["notify", "stop"])
    half = await story.do(story.mediator, "notify", {"signed_by": ["applicant"]})
    assert (half.status_code, half.json()["code"], half.json()["missing"]) == (409, "notice-unsigned", ["respondent"])
    assert (await story.get(story.mediator)).json()["state"] == "accepted"


async def test_further_sessions_keep_the_state_and_their_records(story: Story) -> None:
    await story.until("in_session")
    more = {"no_interest": True, "record": "第二次调解"}
    assert (await story.do(story.mediator, "open-session", more)).json()["state"] == "in_session"
    for reader in (story.applicant, story.respondent):
        assert (await story.get(reader)).json()["records"] == [CANARIES["record"], "第二次调解"]


async def test_each_party_signs_the_same_text(story: Story) -> None:
    await story.until("agreement_drafted")
    first = await story.terms_hash()
    document = (await story.get(story.respondent)).json()["agreement"]["document"]
    assert agreements.digest(document) == first
    assert (await story.sign(story.applicant)).status_code == 200
    assert (await story.draft("另一份")).json()["terms_hash"] != first
    stale = await story.do(story.respondent, "sign", {"terms_hash": first})
    assert (stale.status_code, stale.json()["code"]) == (409, "terms-stale")
    assert (await story.sign(story.respondent)).status_code == 200
    unsealed = await story.do(story.mediator, "seal")
    assert (unsealed.status_code, unsealed.json()["missing"]) == (409, ["applicant"])
    assert (await story.sign(story.applicant)).status_code == 200
    assert (await story.do(story.mediator, "seal")).json()["state"] == "agreement_signed"


async def test_signing_twice_changes_nothing(story: Story) -> None:
    await story.until("agreement_drafted")
    first = await story.sign(story.applicant)
    again = await story.sign(story.applicant)
    assert (again.status_code, again.headers["etag"]) == (200, first.headers["etag"])


async def test_a_finding_stands_on_what_the_parties_say(story: Story) -> None:
    await story.until("agreement_signed")
    unfounded = await story.follow_up("breached")
    assert (unfounded.status_code, unfounded.json()["code"]) == (409, "follow-up-unfounded")
    assert (await story.report(story.respondent, "performed")).json()["state"] == "performing"
    assert (await story.report(story.applicant, "not_performed")).status_code == 200
    assert (await story.follow_up("performed")).status_code == 409
    assert (await story.follow_up("breached")).json()["remedies"] == [
        "agreement_in_court",
        "enforcement",
        "legal_aid",
    ]


async def test_the_last_word_of_a_party_counts(story: Story) -> None:
    await story.until("agreement_signed")
    await story.report(story.applicant, "not_performed")
    await story.report(story.applicant, "performed")
    assert (await story.follow_up("performed")).json()["state"] == "performed"


async def test_a_report_names_a_term_that_is_there(story: Story) -> None:
    await story.until("agreement_signed")
    answer = await story.report(story.applicant, "performed", term=2)
    assert (answer.status_code, answer.json()["code"]) == (422, "term-unknown")
    assert (await story.get(story.applicant)).json()["state"] == "agreement_signed"


async def test_codes_that_do_not_serve_all_look_the_same(story: Story) -> None:
    await story.until("inviting")
    code = story.code()
    wrong = await story.answer("accepted", code="0000-0000-0000-0000")
    own = await story.answer("accepted", caller=story.applicant)
    async with story.app.runtime.engine.begin() as connection:
        late = text("UPDATE invitation SET expires_at = now() - interval '1 second' WHERE case_id = :case")
        await connection.execute(late, {"case": story.case})
    expired = await story.answer("accepted", code=code)
    assert (await story.do(story.mediator, "invite")).status_code == 200
    assert (await story.answer("accepted")).status_code == 200
    used = await story.answer("accepted", caller=grants.resident(story.app.settings))
    refusals = [wrong, own, expired, used]
    assert {answer.status_code for answer in refusals} == {404}
    assert {answer.text for answer in refusals} == {wrong.text}
    assert body(wrong)["code"] == "invitation-invalid"


async def test_a_code_of_a_stopped_case_opens_nothing(story: Story) -> None:
    await story.until("inviting")
    await story.post(story.applicant, f"/v1/me/cases/{story.case}:stop")
    assert (await story.answer("accepted")).json()["code"] == "invitation-invalid"


async def test_the_message_names_nobody_and_no_matter_and_only_the_operator_reads_it(story: Story) -> None:
    await story.until("inviting")
    file = story.app.settings.messages_file
    assert file
    assert file.stat().st_mode & 0o077 == 0
    sent = json.loads(file.read_text().splitlines()[-1])
    assert sent["to"] == CANARIES["contact"]
    assert not [canary for canary in CANARIES.values() if canary in sent["text"]]


async def test_nobody_is_pressed_by_a_second_invitation(story: Story) -> None:
    await story.until("inviting")
    answer = await story.do(story.mediator, "invite")
    assert (answer.status_code, answer.json()["code"]) == (409, "invitation-open")
