"""The life of an agreement: refused with its line, approved and signed by two of each side, suspended, ended."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.agreements import commands as agreements
from gateway.agreements.index import Index
from gateway.agreements.rules import Assessment
from gateway.exchange.commands import Asked, LiveConsent
from gateway.exchange.queries import in_force
from gateway.kept import Kept
from gateway.lifecycle import expiry
from gateway.lifecycle.rules import signatures
from tests.service.gateway import lives
from tests.service.gateway.lives import ANNA, BO, CHEN, DAI, Lives
from tests.support import apps
from tests.support.postgres import TestServer
from tests.unit.gateway import decisions

STRANGER = ("org-610118-education", "staff-eli")


@pytest.fixture(scope="module")
async def room(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lives]:
    async with lives.lives(postgres, tmp_path_factory.mktemp("gateway")) as there:
        yield there


@pytest.mark.parametrize(
    ("changes", "code", "line"),
    [
        ({"purposes": ["credit_scoring"]}, "purpose-not-on-list", 5),
        ({"operations": ["search_people"]}, "operation-lists-people", 3),
        ({"fields": [{"path": "民族", "need": "x"}]}, "field-unknown", 5),
        ({"onward": True}, "onward-transfer", 7),
        ({"version": 2**31, "supersedes": 2**31 - 1}, "not-an-agreement", None),
        ({"log_floor_days": 2**63}, "not-an-agreement", None),
        ({"valid_from": "0001-01-01T00:00:00+08:00"}, "validity-out-of-range", None),
        ({"valid_until": "9999-12-31T23:59:59-08:00"}, "validity-out-of-range", None),
    ],
)
async def test_a_draft_is_refused_with_the_line_that_it_crosses(
    room: Lives, changes: dict[str, object], code: str, line: int | None
) -> None:
    body = {"terms": lives.terms("agr-610118-centre-refused", **changes)}
    refused = await room.officer(*ANNA).post("/v1/agreements", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "agreement-refused")
    found = {(each["code"], each.get("line")) for each in refused.json()["errors"]}
    assert (code, line) in found
    assert (await room.running.as_().get("/v1/agreements/agr-610118-centre-refused")).status_code == 404


async def test_a_draft_says_everything_at_once_and_where(room: Lives) -> None:
    wrong = {"purposes": ["credit_scoring"], "operations": ["list_people"], "log_floor_days": 10}
    refused = await room.officer(*ANNA).post(
        "/v1/agreements", json={"terms": lives.terms("agr-610118-centre-wrong", **wrong)}
    )
    pointers = {each["pointer"] for each in refused.json()["errors"]}
    assert {"/purposes/0", "/operations/0", "/log_floor_days"} <= pointers
    unread = {"terms": lives.terms("agr-610118-centre-wrong", colour="red")}
    odd = (await room.officer(*ANNA).post("/v1/agreements", json=unread)).json()
    assert (odd["code"], odd["errors"][0]["code"]) == ("agreement-refused", "not-an-agreement")


@pytest.mark.parametrize("until", [None, date(2026, 1, 1)])
async def test_nothing_is_offered_whose_impact_is_not_assessed_or_no_more(
    room: Lives, monkeypatch: pytest.MonkeyPatch, until: date | None
) -> None:
    drafted = {"terms": lives.terms("agr-610118-centre-unassessed")}
    assert (await room.officer(*ANNA).post("/v1/agreements", json=drafted)).status_code == 201
    assessed = {"housing_help": Assessment(lives.ASSESSED, until)} if until else {}
    monkeypatch.setattr(room, "assessed", assessed)
    refused = await room.does(ANNA, "offer", "agr-610118-centre-unassessed")
    assert (refused.status_code, refused.json()["code"]) == (409, "impact-not-assessed")
    assert refused.json()["purposes"] == ["housing_help"]


async def test_it_is_agreed_by_two_people_and_a_signature_of_each_side(room: Lives) -> None:
    digest = await room.offered("agr-610118-centre-agreed")
    await room.does(ANNA, "approve", "agr-610118-centre-agreed", signature=None)
    again = await room.does(ANNA, "approve", "agr-610118-centre-agreed", signature=None)
    assert (again.status_code, again.json()["code"]) == (409, "second-officer-needed")
    await room.does(BO, "approve", "agr-610118-centre-agreed", signature=None)
    await room.does(CHEN, "approve", "agr-610118-centre-agreed", signature=None)
    unsigned = await room.does(DAI, "approve", "agr-610118-centre-agreed", signature=None)
    assert (unsigned.status_code, unsigned.json()["code"]) == (409, "agreement-signature-missing")
    for wrong in (
        signatures.sign(digest, ECKey.generate_key("P-256")),
        signatures.sign("0" * 64, room.key),
        "not.a.signature",
    ):
        refused = await room.does(DAI, "approve", "agr-610118-centre-agreed", signature=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "agreement-signature-invalid")
    done = (
        await room.does(DAI, "approve", "agr-610118-centre-agreed", signature=signatures.sign(digest, room.key))
    ).json()
    assert done["state"] == "agreed"
    assert {each["side"]: each["by"] for each in done["signatures"]} == {
        "provider": "region",
        "consumer": "organisation",
    }
    for each in done["signatures"]:
        assert signatures.signer(each["jws"], each["signed"], [each]) and each["signed"] == digest


async def test_what_is_taken_back_has_to_be_approved_anew(room: Lives) -> None:
    await room.offered("agr-610118-centre-back")
    await room.does(ANNA, "approve", "agr-610118-centre-back", signature=None)
    other = await room.does(CHEN, "take-back", "agr-610118-centre-back")
    assert (other.status_code, other.json()["code"]) == (409, "side-wrong")
    await room.does(BO, "take-back", "agr-610118-centre-back")
    await room.does(BO, "offer", "agr-610118-centre-back")
    assert (await room.does(ANNA, "approve", "agr-610118-centre-back", signature=None)).status_code == 200


async def test_an_offer_is_returned_once_with_everything_that_is_missing(room: Lives) -> None:
    await room.offered("agr-610118-centre-incomplete")
    own = await room.does(BO, "return", "agr-610118-centre-incomplete", missing=["the article of law"])
    assert (own.status_code, own.json()["code"]) == (409, "side-wrong")
    returned = await room.does(CHEN, "return", "agr-610118-centre-incomplete", missing=["the article", "how long"])
    assert (returned.json()["state"], returned.json()["steps"][-1]["reason"]) == ("draft", "the article\nhow long")
    await room.does(ANNA, "offer", "agr-610118-centre-incomplete")
    again = await room.does(CHEN, "return", "agr-610118-centre-incomplete", missing=["one more"])
    assert (again.status_code, again.json()["code"]) == (409, "agreement-returned-before")
    refused = await room.does(CHEN, "refuse", "agr-610118-centre-incomplete", reason="没有法律依据")
    assert refused.json()["state"] == "terminated"


async def test_one_officer_suspends_and_two_of_the_same_side_resume(room: Lives) -> None:
    await room.in_force("agr-610118-centre-paused")
    assert (await room.does(CHEN, "suspend", "agr-610118-centre-paused", reason="超范围使用")).json()[
        "state"
    ] == "suspended"
    assert (await room.does(ANNA, "resume", "agr-610118-centre-paused")).json()["code"] == "side-wrong"
    assert (await room.does(ANNA, "activate", "agr-610118-centre-paused")).json()["code"] == "state-conflict"
    assert (await room.does(CHEN, "resume", "agr-610118-centre-paused")).json()["state"] == "suspended"
    assert (await room.does(CHEN, "resume", "agr-610118-centre-paused")).json()["code"] == "second-officer-needed"
    assert (await room.does(DAI, "resume", "agr-610118-centre-paused")).json()["state"] == "active"


async def test_who_suspends_first_does_not_resume_what_the_other_side_suspended_too(room: Lives) -> None:
    name = "agr-610118-centre-preempted"
    await room.in_force(name)
    assert (await room.does(CHEN, "suspend", name, reason="自查")).status_code == 200
    assert (await room.does(ANNA, "suspend", name, reason="超范围使用")).status_code == 200
    assert (await room.does(BO, "suspend", name, reason="再次")).json()["code"] == "state-conflict"
    await room.does(CHEN, "resume", name)
    lifted = (await room.does(DAI, "resume", name)).json()
    assert (lifted["state"], lifted["steps"][-1]["kind"]) == ("suspended", "lifted")
    assert (await room.does(CHEN, "resume", name)).json()["code"] == "side-wrong"
    await room.does(ANNA, "resume", name)
    assert (await room.does(BO, "resume", name)).json()["state"] == "active"


async def test_one_person_approves_for_one_side_only(room: Lives) -> None:
    await room.offered("agr-610118-centre-both")
    await room.does(ANNA, "approve", "agr-610118-centre-both", signature=None)
    moved = (lives.OFFICE, ANNA[1])
    refused = await room.does(moved, "approve", "agr-610118-centre-both", signature=None)
    assert (refused.status_code, refused.json()["code"]) == (409, "second-officer-needed")


async def test_a_draft_is_its_drafters_and_an_offer_that_the_other_side_ends_is_refused(room: Lives) -> None:
    name = "agr-610118-centre-own"
    body = {"terms": lives.terms(name)}
    assert (await room.officer(*ANNA).post("/v1/agreements", json=body)).status_code == 201
    assert (await room.does(CHEN, "offer", name)).json()["code"] == "side-wrong"
    assert (await room.does(CHEN, "terminate", name, reason="不要")).json()["code"] == "side-wrong"
    await room.does(ANNA, "offer", name)
    ended = (await room.does(CHEN, "terminate", name, reason="不要")).json()
    assert (ended["state"], ended["steps"][-1]["kind"]) == ("terminated", "refused")


async def test_a_suspension_waits_for_what_was_checked_and_is_not_sent_yet(room: Lives) -> None:
    await room.in_force("agr-610118-centre-between")
    kept = Kept(room.runtime.engine)
    release = await kept.open()
    async with release.transaction():
        assert await in_force(release, ["agr-610118-centre-between"]) == {"agr-610118-centre-between": 1}
        async with room.runtime.engine.connect() as other:
            with pytest.raises(DBAPIError, match="could not obtain lock"):
                taken = "SELECT 1 FROM agreement WHERE id = 'agr-610118-centre-between' FOR UPDATE NOWAIT"
                await other.execute(text(taken))
    await kept.drop()


async def test_what_one_process_suspends_is_refused_by_another_that_does_not_know_it_yet(room: Lives) -> None:
    await room.in_force("agr-610118-centre-bites")
    picture = Index(lives.KNOWN, apps.REGION)
    async with room.runtime.sessions() as session:
        await agreements.reload(session, picture)
    known = picture.get("agr-610118-centre-bites")
    assert known and known.state == "active"
    asked = Asked(msgspec.structs.replace(decisions.REQUEST, agreement_id="agr-610118-centre-bites"), known, b"tag")
    other = create_async_engine(room.running.settings.database_url)
    kept = Kept(other)

    async def refused() -> str | None:
        connection = await kept.open()
        async with connection.transaction():
            (verdict,) = await LiveConsent().check(connection, [asked])
            return verdict.reason if verdict else None

    assert await refused() == "subject-not-linked"
    await room.does(CHEN, "suspend", "agr-610118-centre-bites", reason="超范围使用")
    assert await refused() == "agreement-not-active"
    await room.does(CHEN, "resume", "agr-610118-centre-bites")
    await room.does(DAI, "resume", "agr-610118-centre-bites")
    assert await refused() == "subject-not-linked"
    await kept.drop()
    await other.dispose()


async def test_a_version_in_force_ends_with_a_receipt_of_deletion(room: Lives) -> None:
    await room.in_force("agr-610118-centre-ended")
    ended = (await room.does(ANNA, "terminate", "agr-610118-centre-ended", reason="使用目的已实现")).json()
    assert (ended["state"], [each["kind"] for each in ended["clocks"]]) == ("terminated", ["disposal"])
    receipt = {"method": "数据库记录已删除", "reference": "XH-2026-7"}
    assert (await room.does(ANNA, "dispose", "agr-610118-centre-ended", **receipt)).json()["code"] == "side-wrong"
    assert (await room.does(CHEN, "dispose", "agr-610118-centre-ended", **receipt)).json()["clocks"] == []
    assert (await room.does(CHEN, "dispose", "agr-610118-centre-ended", **receipt)).json()["code"] == "nothing-open"


async def test_it_expires_by_the_clock_in_one_of_two_processes(room: Lives) -> None:
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await room.in_force("agr-610118-centre-over", valid_until=soon)
    now = (await room.officer(*ANNA).get("/v1/agreements/overdue")).json()["as_of"]
    moment = datetime.fromisoformat(now) + timedelta(days=2)
    await asyncio.gather(expiry.once(room.runtime, moment), expiry.once(room.runtime, moment))
    life = (await room.officer(*ANNA).get("/v1/agreements/agr-610118-centre-over/versions/1")).json()
    assert (life["state"], [each["kind"] for each in life["steps"]].count("expired")) == ("expired", 1)
    assert [each["kind"] for each in life["clocks"]] == ["disposal"]


async def test_nothing_is_put_in_force_outside_its_time(room: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    time = {"valid_from": (now + timedelta(days=1)).isoformat(), "valid_until": (now + timedelta(days=2)).isoformat()}
    await room.agreed("agr-610118-centre-timed", **time)
    for moment in (now, now + timedelta(days=3)):
        monkeypatch.setattr(room, "moment", moment)
        refused = await room.does(ANNA, "activate", "agr-610118-centre-timed")
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_the_next_version_is_no_way_around_a_suspension(room: Lives) -> None:
    name = "agr-610118-centre-around"
    await room.in_force(name)
    body = {"terms": lives.terms(name, version=2, supersedes=1)}
    digest = (await room.officer(*ANNA).post("/v1/agreements", json=body)).json()["hash"]
    await room.does(ANNA, "offer", name, version=2)
    for who in (ANNA, BO, CHEN):
        await room.does(who, "approve", name, version=2, signature=None)
    await room.does(DAI, "approve", name, version=2, signature=signatures.sign(digest, room.key))
    await room.does(CHEN, "suspend", name, reason="超范围使用")
    refused = await room.does(ANNA, "activate", name, version=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    await room.does(ANNA, "terminate", name, reason="由下一版取代")
    assert (await room.does(ANNA, "activate", name, version=2)).json()["state"] == "active"


async def test_a_dispute_climbs_the_ladder_to_its_end(room: Lives) -> None:
    await room.in_force("agr-610118-centre-disputed")
    assert (await room.does(CHEN, "escalate", "agr-610118-centre-disputed", reason="无")).status_code == 422
    assert (await room.does(CHEN, "escalate", "agr-610118-centre-disputed", reason="未开始")).json()[
        "code"
    ] == "nothing-open"
    assert (await room.does(CHEN, "dispute", "agr-610118-centre-disputed", reason="数据不准")).json()[
        "dispute"
    ] == "negotiation"
    for level in ("same_level_authority", "common_superior", "government"):
        assert (await room.does(ANNA, "escalate", "agr-610118-centre-disputed", reason="协商不成")).json()[
            "dispute"
        ] == level
    assert (await room.does(ANNA, "escalate", "agr-610118-centre-disputed", reason="再上")).json()[
        "code"
    ] == "ladder-ends"
    assert (await room.does(CHEN, "settle", "agr-610118-centre-disputed", reason="按决定执行")).json()[
        "dispute"
    ] is None


async def test_a_correction_is_answered_by_the_other_side(room: Lives) -> None:
    await room.in_force("agr-610118-centre-corrected")
    asked = (await room.does(CHEN, "ask-correction", "agr-610118-centre-corrected", reason="地址字段含旧区划")).json()
    assert [(each["kind"], each["side"]) for each in asked["clocks"]] == [("correction", "provider")]
    assert (await room.does(DAI, "correct", "agr-610118-centre-corrected", reason="已核实")).json()[
        "code"
    ] == "side-wrong"
    for who in (BO, CHEN):
        again = await room.does(who, "ask-correction", "agr-610118-centre-corrected", reason="另一处")
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await room.life("agr-610118-centre-corrected"))["clocks"] == asked["clocks"]
    assert (await room.does(BO, "correct", "agr-610118-centre-corrected", reason="已更正")).json()["clocks"] == []


async def test_the_reply_is_extended_once_by_two_people(room: Lives) -> None:
    await room.offered("agr-610118-centre-slow")
    assert (await room.does(CHEN, "extend", "agr-610118-centre-slow", reason="需要评估")).json()["steps"][-1][
        "kind"
    ] == "extension_asked"
    assert (await room.does(CHEN, "extend", "agr-610118-centre-slow", reason="需要评估")).json()[
        "code"
    ] == "second-officer-needed"
    assert (await room.does(DAI, "extend", "agr-610118-centre-slow", reason="同意")).json()["steps"][-1][
        "kind"
    ] == "extended"
    assert (await room.does(CHEN, "extend", "agr-610118-centre-slow", reason="再延")).json()[
        "code"
    ] == "reply-not-extendable"


async def test_only_its_parties_touch_an_agreement(room: Lives) -> None:
    await room.in_force("agr-610118-centre-ours")
    for verb, body in (("suspend", {"reason": "好奇"}), ("approve", {"signature": None}), ("resume", {})):
        assert (await room.does(STRANGER, verb, "agr-610118-centre-ours", **body)).json()["code"] == "not-a-party"
    drafted = await room.officer(*STRANGER).post(
        "/v1/agreements", json={"terms": lives.terms("agr-610118-centre-theirs")}
    )
    assert (drafted.status_code, drafted.json()["code"]) == (403, "not-a-party")
    assert (await room.does(ANNA, "suspend", "agr-610118-centre-none", reason="没有的")).json()[
        "code"
    ] == "agreement-not-found"


async def test_nobody_ends_or_blocks_an_agreement_of_others(room: Lives) -> None:
    await room.in_force("agr-610118-centre-kin")
    stranger = {"region": "610118", "organisation": STRANGER[0], "name": "鄠邑区教育局", "kind": "department"}
    for changes, said in (
        ({"version": 2, "supersedes": 1, "consumer": stranger}, "other parties"),
        ({"version": 999_999, "supersedes": 1}, "does not follow"),
        ({"version": 2}, "does not follow"),
    ):
        body = {"terms": lives.terms("agr-610118-centre-kin", **changes)}
        refused = await room.officer(*ANNA).post("/v1/agreements", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert said in refused.json()["detail"]
    third = {"terms": lives.terms("agr-610118-centre-third", version=3, supersedes=2)}
    refused = await room.officer(*ANNA).post("/v1/agreements", json=third)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    squatted = {"terms": lives.terms("agr-610118-education-mine")}
    refused = await room.officer(*ANNA).post("/v1/agreements", json=squatted)
    assert (refused.status_code, refused.json()["code"]) == (422, "agreement-id-not-yours")
    assert refused.json()["prefix"] == "agr-610118-centre-"


async def test_whoever_approves_reads_the_text_that_is_offered(room: Lives) -> None:
    await room.offered("agr-610118-centre-read")
    shown = (await room.officer(*CHEN).get("/v1/agreements/agr-610118-centre-read/versions/1")).json()
    assert shown["terms"] == lives.terms("agr-610118-centre-read") | {"state": "offered"}


async def test_what_is_drafted_never_changes(room: Lives) -> None:
    await room.offered("agr-610118-centre-fixed")
    changed = {"terms": lives.terms("agr-610118-centre-fixed", retention_days=9999)}
    answer = await room.officer(*ANNA).post("/v1/agreements", json=changed)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    next_one = {"terms": lives.terms("agr-610118-centre-fixed", retention_days=30, version=2, supersedes=1)}
    assert (await room.officer(*ANNA).post("/v1/agreements", json=next_one)).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE agreement SET hash = 'other' WHERE id = 'agr-610118-centre-kept'",
        "UPDATE agreement SET body = '{}' WHERE id = 'agr-610118-centre-kept'",
        "DELETE FROM agreement WHERE id = 'agr-610118-centre-kept'",
        "UPDATE agreement_step SET officer = 'nobody' WHERE agreement = 'agr-610118-centre-kept'",
        "DELETE FROM agreement_step WHERE agreement = 'agr-610118-centre-kept'",
        "DELETE FROM agreement_signature WHERE agreement = 'agr-610118-centre-kept'",
    ],
)
async def test_the_database_lets_nobody_change_what_was_signed_or_done(room: Lives, change: str) -> None:
    shown = await room.officer(*ANNA).get("/v1/agreements/agr-610118-centre-kept/versions/1")
    if shown.status_code == 404:
        await room.in_force("agr-610118-centre-kept")
    with pytest.raises(DBAPIError, match=r"never changes|only added"):
        async with room.runtime.engine.begin() as connection:
            await connection.execute(text(change))


async def test_the_report_names_agreements_that_are_late(room: Lives) -> None:
    await room.offered("agr-610118-centre-late", sharing_class="unconditional")
    report = (await room.officer(*ANNA).get("/v1/agreements/overdue")).json()["clocks"]
    (late,) = [each for each in report if each["agreement"] == "agr-610118-centre-late"]
    assert (late["kind"], late["article"], late["organisation"]) == ("reply", "政务数据共享条例 21", lives.OFFICE)
