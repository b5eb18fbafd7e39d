"""What a person reads of her own log over HTTP, and that she can prove every line of it with the separate verifier."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from gateway.audit.rules import entries, notes
from gateway.audit.tables import LOG_COSIGNATURE
from gateway.witness.rules import checkpoints
from shared.contracts import vocabulary
from tests.service.gateway import logs, views
from tests.service.gateway.views import AMY, BOB, Gateway

USAGE = "/v1/me/data-tracker/findUsage"


@pytest.fixture
async def gateway(empty_log: dict[str, str], tmp_path: Path) -> AsyncIterator[Gateway]:
    async with views.served(empty_log, tmp_path) as held:
        yield held


async def test_she_reads_who_sat_at_the_counter_with_her(gateway: Gateway) -> None:
    officer = entries.Actor(
        kind="staff", region="610118", organisation="org-610118-education", officer="0f" * 8, role="counter"
    )
    await gateway.access(kind="self", actor=officer, agreement=None, purpose=None, through="presence-1")
    _, access = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    assert (access["who"]["organisation_name"], access["who"]["officer"]) == ("示范区教育局", "0f" * 8)
    assert (access["who"]["role"], access["through"]) == ("counter", "presence-1")
    assert "示范区教育局窗口" in access["why"]["zh"] and "with you there" in access["why"]["en"]


async def test_she_reads_that_a_helper_did_it_and_under_which_delegation(gateway: Gateway) -> None:
    helper = entries.Actor(kind="helper", region="610118")
    await gateway.access(kind="self", actor=helper, agreement=None, purpose=None, through="delegation-1")
    _, access = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    named = {name for name, value in access["who"].items() if value is not None}
    assert (access["who"]["kind"], named, access["through"]) == ("helper", {"kind", "region"}, "delegation-1")
    assert "您允许的帮助者" in access["why"]["zh"] and "whom you let help you" in access["why"]["en"]


async def test_a_person_reads_who_why_which_fields_and_with_what_result(gateway: Gateway) -> None:
    decision = await gateway.access(consent="consent-7", about="referral-7")
    own, access = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    assert access | {"entries": None, "at": None} == {
        "decision": decision,
        "at": None,
        "kind": "exchange",
        "who": {
            "kind": "client",
            "region": "610118",
            "organisation": "org-610118-education",
            "organisation_name": "示范区教育局",
            "client": "school",
            "officer": None,
            "role": None,
        },
        "why": {"purpose": "school_enrolment", "basis": None, **_label("school_enrolment")},
        "service": None,
        "operation": "read_referral",
        "fields": {
            "asked": ["儿童姓名", "出生日期"],
            "allowed": ["儿童姓名", "出生日期"],
            "sent": ["儿童姓名"],
        },
        "agreement": {"id": "agr-610118-school", "version": 1, "hash": "ab" * 32},
        "consent": "consent-7",
        "about": "referral-7",
        "through": None,
        "result": "released",
        "reason": None,
        "entries": None,
    }
    assert [entry["phase"] for entry in access["entries"]] == ["intent", "outcome"]
    assert (own["why"]["en"], own["result"]) == ("You looked at your own access record", "done")


def _label(purpose: str) -> dict[str, str]:
    known = vocabulary.load().purposes[purpose]
    return {"zh": known.label_zh, "en": known.label_en}


async def test_a_refusal_and_an_unfinished_call_are_told_as_such(gateway: Gateway) -> None:
    await gateway.log.append(logs.entry(person="amy", permitted=False, reason="purpose-not-agreed"))
    await gateway.log.append(logs.entry(person="amy"))
    _, unfinished, refused = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    assert (refused["result"], refused["reason"]) == ("refused", "purpose-not-agreed")
    assert (unfinished["result"], unfinished["reason"]) == ("open", None)


async def test_nobody_sees_the_accesses_of_another_person(gateway: Gateway) -> None:
    await gateway.access("amy")
    theirs = (await gateway.get("/v1/me/accesses", BOB))["accesses"]
    assert [access["operation"] for access in theirs] == ["read_accesses"]
    answer = await gateway.client.get("/v1/me/accesses/0/proof", headers=BOB)
    unknown = await gateway.client.get("/v1/me/accesses/999999/proof", headers=BOB)
    assert (answer.status_code, answer.json()) == (404, unknown.json())


async def test_a_decision_about_two_people_shows_each_her_own_entries(gateway: Gateway) -> None:
    decision = await gateway.access("amy")
    await gateway.access("bob", decision=decision)
    for headers, expected in ((AMY, [0, 1]), (BOB, [2, 3])):
        access = (await gateway.get("/v1/me/accesses", headers))["accesses"][-1]
        assert [entry["entry"] for entry in access["entries"]] == expected


async def test_an_outcome_that_the_sweeper_wrote_without_knowing_whom_is_shown_and_proved(gateway: Gateway) -> None:
    await gateway.log.append(first := logs.entry(person="amy"))
    late = logs.entry(decision=first.decision, phase=entries.Phase.OUTCOME, outcome=entries.Outcome.UNKNOWN)
    await gateway.log.append(late)
    access = (await gateway.get("/v1/me/accesses", AMY))["accesses"][-1]
    assert access["result"] == "unknown"
    bundle = await gateway.get("/v1/me/accesses/1/proof", AMY)
    assert bundle["opening"] is None
    assert await gateway.verdict("proof", "bundle", bundle=bundle) == 0
    assert (await gateway.client.get("/v1/me/accesses/1/proof", headers=BOB)).status_code == 404


async def test_each_reading_is_an_entry_before_it_is_answered(gateway: Gateway) -> None:
    await gateway.get("/v1/me/accesses", AMY)
    await gateway.client.get("/v1/me/accesses/999/proof", headers=AMY)
    told = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    assert [access["operation"] for access in told] == ["read_accesses", "read_proof", "read_accesses"]


async def test_pages_hold_every_access_once(gateway: Gateway) -> None:
    made = [await gateway.access() for _ in range(7)]
    seen, path = [], "/v1/me/accesses?limit=3"
    while path:
        page = await gateway.get(path, AMY)
        seen += [access["decision"] for access in page["accesses"] if access["operation"] != "read_accesses"]
        path = f"/v1/me/accesses?limit=3&cursor={page['next']}" if page["next"] else ""
    assert seen == made[::-1]


async def test_usage_is_hers_whatever_person_is_named_and_reading_it_is_an_entry(gateway: Gateway) -> None:
    await gateway.access("amy")
    named = BOB | {"X-Road-UserId": "amy"}
    for total in (1, 2):
        found = await gateway.get(f"{USAGE}?userCode=amy", named)
        assert found["totalUsages"] == total
        assert {each["action"] for each in found["usages"]} == {"本人查看自己的访问记录"}
    told = (await gateway.get("/v1/me/accesses", BOB))["accesses"]
    assert [access["operation"] for access in told] == ["read_accesses"] * 3


async def test_usage_says_when_why_and_who_newest_first(gateway: Gateway) -> None:
    await gateway.access()
    own, usage = (await gateway.get(USAGE, AMY))["usages"]
    access = (await gateway.get("/v1/me/accesses", AMY))["accesses"][-1]
    assert usage == {
        "logtime": access["at"],
        "action": access["why"]["zh"],
        "receiverCode": "org-610118-education",
        "receiverName": "示范区教育局",
        "receiverSystem": "school",
    }
    assert (own["receiverCode"], own["receiverSystem"], "receiverName" in own) == ("610118", "resident", False)


async def test_usage_in_windows_holds_every_access_once_and_the_total_of_all(gateway: Gateway) -> None:
    made = [await gateway.access() for _ in range(7)]
    listed = (await gateway.get("/v1/me/accesses?limit=50", AMY))["accesses"]
    times = {access["decision"]: access["at"] for access in listed}
    end = quote(times[made[-1]])
    seen = []
    for offset in (0, 3, 6, 9):
        found = await gateway.get(f"{USAGE}?periodEnd={end}&offset={offset}&limit=3", AMY)
        assert found["totalUsages"] == len(made)
        seen += [usage["logtime"] for usage in found["usages"]]
    assert seen == [times[decision] for decision in reversed(made)]


async def test_usage_of_a_period_holds_what_began_in_it(gateway: Gateway) -> None:
    made = [await gateway.access() for _ in range(3)]
    listed = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    times = {access["decision"]: access["at"] for access in listed}
    middle = times[made[1]]
    found = await gateway.get(f"{USAGE}?periodStart={quote(middle)}&periodEnd={quote(middle)}", AMY)
    assert [usage["logtime"] for usage in found["usages"]] == [at for at in times.values() if at == middle]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "offset=-1", "offset=a", "periodStart=yesterday"])
async def test_a_window_of_usage_that_cannot_be_is_refused(gateway: Gateway, query: str) -> None:
    answer = await gateway.client.get(f"{USAGE}?{query}", headers=AMY)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=%20", "cursor=é"])
async def test_a_page_that_cannot_be_is_refused(gateway: Gateway, query: str) -> None:
    answer = await gateway.client.get(f"/v1/me/accesses?{query}", headers=AMY)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/v1/me/accesses", "/v1/me/accesses/0/proof", USAGE])
async def test_the_log_of_a_person_wants_to_know_who_asks(gateway: Gateway, path: str) -> None:
    assert (await gateway.client.get(path)).status_code == 401


async def test_every_entry_of_a_person_verifies_outside(gateway: Gateway) -> None:
    for number in range(3):
        await gateway.access("amy", consent=f"consent-{number}")
        await gateway.access("bob")
    told = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    for entry in (entry["entry"] for access in told for entry in access["entries"]):
        bundle = await gateway.get(f"/v1/me/accesses/{entry}/proof", AMY)
        assert bundle["opening"] is not None
        assert await gateway.verdict("proof", "bundle", bundle=bundle) == 0


async def test_a_kept_checkpoint_and_a_later_bundle_fit_together(gateway: Gateway) -> None:
    await gateway.access()
    saved = await gateway.get("/v1/log/checkpoint")
    size = int(saved.splitlines()[1])
    for _ in range(5):
        await gateway.access("bob")
    bundle = await gateway.get("/v1/me/accesses/1/proof", AMY)
    await gateway.log.checkpoint()
    now = int((await gateway.get("/v1/log/checkpoint")).splitlines()[1])
    path = await gateway.get(f"/v1/log/consistency?from={size}&to={now}")
    newer = await gateway.get("/v1/log/checkpoint")
    assert await gateway.verdict("consistency", "saved", "newer", "path", saved=saved, newer=newer, path=path) == 0
    assert await gateway.verdict("proof", "bundle", bundle=bundle) == 0


async def test_what_she_keeps_is_a_checkpoint_that_was_cosigned_where_there_is_one(gateway: Gateway) -> None:
    """Not a newer one that no witness knows: it is to convince without this region."""
    await gateway.access()
    note = (await gateway.log.checkpoint()).note
    signer = notes.Signer("jieli/621124/witness", logs.SIGNER.private, notes.COSIGNATURE)
    line = checkpoints.cosigned(signer, checkpoints.read(note).text, 1_800_000_000)
    row = {"size": checkpoints.read(note).size, "witness": "621124", "line": line, "at": datetime.now(UTC)}
    async with gateway.runtime.engine.begin() as connection:
        await connection.execute(LOG_COSIGNATURE.insert().values(row))
    assert await gateway.get("/v1/log/checkpoint") == note + line
    await gateway.access("bob")
    await gateway.log.checkpoint()
    bundle = await gateway.get("/v1/me/accesses/1/proof", AMY)
    assert bundle["checkpoint"] == note + line
    wanted = ("proof", "bundle", "--witness", signer.verifier_key)
    assert await gateway.verdict(*wanted, bundle=bundle) == 0
    newest = (await gateway.log.checkpoint()).note
    assert await gateway.get("/v1/log/checkpoint") == newest
    assert await gateway.verdict(*wanted, bundle=bundle | {"checkpoint": note}) == 1


async def test_an_entry_edited_behind_the_triggers_is_not_proved(gateway: Gateway) -> None:
    await gateway.access()
    owner = logs.db.engine(gateway.runtime.settings.owner_database_url)
    async with owner.begin() as connection:
        await connection.execute(text("ALTER TABLE log_entry DISABLE TRIGGER only_grows"))
        await connection.execute(text("UPDATE log_entry SET body = body || ' ' WHERE seq = 1"))
    await owner.dispose()
    answer = await gateway.client.get("/v1/me/accesses/1/proof", headers=AMY)
    assert (answer.status_code, answer.json()["code"]) == (500, "log-damaged")


@pytest.mark.parametrize("query", ["from=0&to=99", "from=2&to=1", "from=-1&to=1", "from=a&to=1", "to=1", "from=1"])
async def test_a_consistency_proof_needs_sizes_that_were_signed(gateway: Gateway, query: str) -> None:
    await gateway.access()
    await gateway.log.checkpoint()
    assert (await gateway.client.get(f"/v1/log/consistency?{query}")).status_code in (404, 422)


async def test_a_fresh_log_has_a_checkpoint_over_nothing(gateway: Gateway) -> None:
    assert (await gateway.get("/v1/log/checkpoint")).splitlines()[:2] == ["jieli/610118", "0"]


async def test_a_forgotten_person_has_no_accesses_and_the_log_still_verifies(gateway: Gateway) -> None:
    await gateway.access(about="referral-7")
    await gateway.log.forget("amy")
    told = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    assert [access["operation"] for access in told] == ["read_accesses"]
    async with gateway.runtime.engine.connect() as connection:
        bodies = await connection.scalars(text("SELECT body FROM log_entry ORDER BY seq"))
        entries_ = "".join(body.decode() + "\n" for body in bodies)
    await gateway.log.checkpoint()
    note = await gateway.get("/v1/log/checkpoint")
    assert await gateway.verdict("log", "note", "entries", note=note, entries=entries_) == 0
