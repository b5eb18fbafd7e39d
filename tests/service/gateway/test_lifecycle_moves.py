"""Every move of an agreement is a step, by whatever it moved; nothing comes in force beside what is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.agreements import commands as agreements
from gateway.agreements.index import Index
from gateway.agreements.rules import Assessment
from gateway.exchange import policy
from gateway.lifecycle import expiry, queries, reminders
from gateway.lifecycle.rules import signatures
from tests.service.gateway import lives
from tests.service.gateway.lives import ANNA, BO, CHEN, DAI, Lives
from tests.support import apps
from tests.support.postgres import TestServer

BAD = (
    "INSERT INTO agreement (id, version, hash, consent_hash, state, body, valid_from, valid_until)"
    " VALUES ('agr-610118-bad', 1, '', '', 'active', '{}', now() - interval '2 days', now() - interval '1 day')",
    "INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)"
    " VALUES ('agr-610118-bad', 1, 'activated', 'provider', '', '', now())",
    "INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)"
    " VALUES ('agr-610118-bad', 1, 'correction_asked', 'consumer', '', '', now())",
)


@pytest.fixture(scope="module")
async def room(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lives]:
    async with lives.lives(postgres, tmp_path_factory.mktemp("gateway")) as there:
        yield there


def kinds(life: dict[str, Any], what: str = "steps") -> list[str]:
    return [each["kind"] for each in life[what]]


async def test_a_version_that_the_next_one_ends_is_disposed_of(room: Lives) -> None:
    name = "agr-610118-centre-succeeded"
    await room.in_force(name)
    await room.in_force(name, 2, retention_days=30)
    first = await room.life(name)
    assert (first["state"], kinds(first)[-1], kinds(first, "clocks")) == ("terminated", "superseded", ["disposal"])
    receipt = {"method": "数据库记录已删除", "reference": "XH-2026-8"}
    assert (await room.does(CHEN, "dispose", name, **receipt)).json()["clocks"] == []


async def test_nothing_is_deleted_that_the_next_version_covers_until_that_ends(room: Lives) -> None:
    name = "agr-610118-centre-renewed"
    await room.in_force(name)
    await room.in_force(name, 2)
    assert (await room.life(name))["clocks"] == []
    await room.does(ANNA, "terminate", name, 2, reason="使用目的已实现")
    assert [kinds(await room.life(name, version), "clocks") for version in (1, 2)] == [[], ["disposal"]]
    await reminders.once(room.runtime, datetime.now(UTC) + timedelta(days=60))
    told = (await room.officer(*CHEN).get("/v1/agreements/reminders")).json()["reminders"]
    assert [each["version"] for each in told if each["agreement"] == name] == [2]


async def test_what_goes_on_is_not_even_read_for_the_clocks(room: Lives) -> None:
    name = "agr-610118-centre-unread"
    await room.in_force(name)
    await room.in_force(name, 2)
    async with room.runtime.sessions() as session:
        assert name not in {row.id for row, *_ in await queries.watched(session)}


async def test_what_was_corrected_is_not_read_for_the_clocks_until_something_is_wrong_again(room: Lives) -> None:
    async def watched() -> bool:
        async with room.runtime.sessions() as session:
            return name in {row.id for row, *_ in await queries.watched(session)}

    name = "agr-610118-centre-mended"
    await room.in_force(name)
    found = [await watched()]
    for _ in range(2):
        await room.does(CHEN, "ask-correction", name, reason="地址字段含旧区划")
        found.append(await watched())
        await room.does(ANNA, "correct", name, reason="已更正")
        found.append(await watched())
    assert found == [False, True, False, True, False]


async def test_what_was_kept_for_a_service_that_ended_is_deleted(room: Lives) -> None:
    name = "agr-610118-centre-fewer"
    await room.in_force(name, services=["HOU-03", "HOU-04"])
    await room.in_force(name, 2, services=["HOU-04"])
    await room.in_force(name, 3, services=["HOU-04", "HOU-03"])
    clocks = [kinds(await room.life(name, version), "clocks") for version in (1, 2)]
    assert clocks == [["disposal"], []], "what ended meanwhile is not kept for when it begins again"


async def test_what_was_ended_for_misuse_is_deleted_whatever_follows(room: Lives) -> None:
    name = "agr-610118-centre-misused"
    await room.in_force(name)
    await room.does(ANNA, "terminate", name, reason="超范围使用")
    await room.in_force(name, 2)
    assert kinds(await room.life(name), "clocks") == ["disposal"]


async def test_who_opened_a_dispute_does_not_block_the_other_with_it(room: Lives) -> None:
    name = "agr-610118-centre-blocked"
    await room.in_force(name)
    await room.does(CHEN, "dispute", name, reason="数据不准")
    for who in (CHEN, ANNA, ANNA):  # who opened it escalates it first
        refused = await room.does(ANNA, "settle", name, reason="已经解决")
        assert (refused.status_code, refused.json()["code"]) == (409, "dispute-negotiated")
        assert ":escalate" in refused.json()["detail"]
        await room.does(who, "escalate", name, reason="协商不成")
    settled = (await room.does(ANNA, "settle", name, reason="按决定执行")).json()
    assert (settled["dispute"], settled["steps"][-1]["reason"]) == (None, "按决定执行")
    await room.does(ANNA, "dispute", name, reason="字段过多")
    assert (await room.does(ANNA, "settle", name, reason="协商一致")).json()["dispute"] is None


async def test_nothing_is_offered_whose_time_is_over(room: Lives) -> None:
    past = {"valid_from": "2025-01-01T00:00:00+08:00", "valid_until": "2026-01-01T00:00:00+08:00"}
    name = "agr-610118-centre-bygone"
    await room.officer(*ANNA).post("/v1/agreements", json={"terms": lives.terms(name, **past)})
    refused = await room.does(ANNA, "offer", name)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


async def test_what_resumes_is_checked_like_what_comes_in_force(room: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "agr-610118-centre-stale"
    await room.in_force(name, valid_until=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    await room.does(CHEN, "suspend", name, reason="自查")
    await room.does(CHEN, "resume", name)
    with monkeypatch.context() as then:
        then.setattr(room, "moment", datetime.now(UTC) + timedelta(hours=2))
        assert (await room.does(DAI, "resume", name)).json()["code"] == "conflict"
    with monkeypatch.context() as then:
        then.setattr(room, "assessed", {"housing_help": Assessment(lives.ASSESSED, date(2026, 1, 1))})
        assert (await room.does(DAI, "resume", name)).json()["code"] == "impact-not-assessed"
    await room.told(f"UPDATE party SET state = 'closed' WHERE id = '{lives.CENTRE}'")  # noqa: S608 - names of this file
    assert (await room.does(DAI, "resume", name)).json()["code"] == "agreement-parties-changed"
    await room.told(f"UPDATE party SET state = 'active' WHERE id = '{lives.CENTRE}'")  # noqa: S608 - names of this file
    assert (await room.does(DAI, "resume", name)).json()["state"] == "active"


async def test_a_new_name_keeps_nothing_suspended_and_another_kind_does(room: Lives) -> None:
    name = "agr-610118-centre-renamed"
    await room.in_force(name)
    await room.does(CHEN, "suspend", name, reason="自查")
    await room.does(CHEN, "resume", name)
    await room.told(f"UPDATE party SET kind = 'social_organisation', name = '新名' WHERE id = '{lives.OFFICE}'")  # noqa: S608 - names of this file
    refused = await room.does(DAI, "resume", name)
    assert (refused.json()["code"], [each["pointer"] for each in refused.json()["errors"]]) == (
        "agreement-parties-changed",
        ["/consumer/kind"],
    )
    await room.told(f"UPDATE party SET kind = 'department' WHERE id = '{lives.OFFICE}'")  # noqa: S608 - names of this file
    resumed = await room.does(DAI, "resume", name)
    await room.told(f"UPDATE party SET name = '鄠邑区住房和城乡建设局' WHERE id = '{lives.OFFICE}'")  # noqa: S608 - names of this file
    assert resumed.json()["state"] == "active", resumed.text


async def test_what_a_file_offers_is_answered_and_approved(room: Lives) -> None:
    name = "agr-610118-centre-filed"
    await room.filed(name, "draft")
    await room.filed(name, "offered")
    life = await room.life(name)
    assert kinds(life) == ["drafted", "offered"]
    assert [(each["kind"], each["side"]) for each in life["clocks"]] == [("reply", "consumer")]
    assert (await room.does(BO, "return", name, missing=["自己的"])).json()["code"] == "side-wrong"
    for who in (ANNA, BO, CHEN):
        assert (await room.does(who, "approve", name, signature=None)).status_code == 200
    signature = signatures.sign(life["hash"], room.key)
    assert (await room.does(DAI, "approve", name, signature=signature)).json()["state"] == "agreed"


async def test_what_a_file_ends_is_disposed_of_if_it_was_in_force(room: Lives) -> None:
    for name, before, ends in (("used", "active", ["disposal"]), ("unused", "agreed", [])):
        await room.filed(f"agr-610118-centre-{name}", before)
        await room.filed(f"agr-610118-centre-{name}", "terminated")
        life = await room.life(f"agr-610118-centre-{name}")
        assert (life["state"], kinds(life, "clocks")) == ("terminated", ends)


async def test_what_a_file_suspends_two_of_the_provider_resume(room: Lives) -> None:
    name = "agr-610118-centre-halted"
    await room.filed(name, "active")
    await room.filed(name, "suspended")
    assert (await room.does(CHEN, "resume", name)).json()["code"] == "side-wrong"
    await room.does(ANNA, "resume", name)
    assert (await room.does(BO, "resume", name)).json()["state"] == "active"


async def test_a_file_is_no_way_around_a_suspension(room: Lives) -> None:
    name = "agr-610118-centre-beside"
    await room.filed(name, "active")
    await room.does(CHEN, "suspend", name, reason="超范围使用")
    with pytest.raises(agreements.AppliedError, match="another version is suspended"):
        await room.filed(name, "active", version=2, supersedes=1)


async def emitted(room: Lives, agreement: str) -> list[tuple[str, int]]:
    """What every other app is told of an agreement: what happened to which version."""
    statement = text("SELECT subject, data FROM outbox WHERE aggregate = :agreement ORDER BY id")
    async with room.runtime.sessions() as session:
        told = await session.execute(statement, {"agreement": agreement})
        return [(row.subject.split(".")[2], row.data["version"]) for row in told]


async def test_a_version_that_never_was_in_force_ends_without_a_word_to_others(room: Lives) -> None:
    name = "agr-610118-centre-unheard"
    await room.in_force(name)
    await room.offered(name, 2)
    await room.does(CHEN, "refuse", name, 2, reason="没有法律依据")
    await room.offered(name, 3)
    await room.does(ANNA, "take-back", name, 3)
    await room.does(ANNA, "terminate", name, 3, reason="重新起草")
    await room.filed(name, "draft", version=4, supersedes=3)
    await room.filed(name, "terminated", version=4, supersedes=3)
    assert await emitted(room, name) == [("activated", 1)]
    await room.does(ANNA, "terminate", name, reason="使用目的已实现")
    assert await emitted(room, name) == [("activated", 1), ("suspended", 1)]


async def test_what_was_left_behind_does_not_come_in_force(room: Lives) -> None:
    name = "agr-610118-centre-behind"
    await room.agreed(name)
    await room.in_force(name, 2)
    for _ in range(2):
        refused = await room.does(ANNA, "activate", name)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        await room.does(ANNA, "terminate", name, 2, reason="使用目的已实现")
    with pytest.raises(agreements.AppliedError, match="a later version was in force"):
        await room.filed(name, "active")


async def test_the_impact_is_assessed_when_it_comes_in_force_too(room: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "agr-610118-centre-lapsed"
    await room.agreed(name)
    lapsed = {"housing_help": Assessment(lives.ASSESSED, date(2026, 1, 1))}
    with monkeypatch.context() as then:
        then.setattr(room, "assessed", lapsed)
        refused = await room.does(ANNA, "activate", name)
        assert (refused.status_code, refused.json()["code"]) == (409, "impact-not-assessed")
    assert (await room.does(ANNA, "activate", name)).json()["state"] == "active"


@pytest.mark.parametrize("operation", ["approve_agreement", "activate_agreement", "resume_agreement", "end_agreement"])
def test_what_opens_or_ends_an_agreement_wants_a_fresh_proof(operation: str) -> None:
    assert policy.load(lives.KNOWN).internal[operation].fresh_within == 900


async def test_what_never_came_in_force_ends_with_its_time(room: Lives) -> None:
    soon = {"valid_until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    await room.offered("agr-610118-centre-unanswered", **soon)
    await room.agreed("agr-610118-centre-unshared", **soon)
    await expiry.once(room.runtime, datetime.now(UTC) + timedelta(hours=2))
    for name in ("agr-610118-centre-unanswered", "agr-610118-centre-unshared"):
        life = await room.life(name)
        assert (life["state"], kinds(life)[-1], life["clocks"]) == ("expired", "dropped", [])


async def test_a_version_that_nobody_can_read_opens_nothing_and_keeps_no_other_from_its_end(room: Lives) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await room.in_force("agr-610118-centre-after", valid_until=soon)
    async with room.runtime.engine.begin() as connection:
        for statement in BAD:
            await connection.execute(text(statement))
    picture = Index(lives.KNOWN, apps.REGION)
    async with room.runtime.sessions() as session:
        await agreements.reload(session, picture)
    assert picture.get("agr-610118-centre-after") and picture.get("agr-610118-bad") is None
    await expiry.once(room.runtime, datetime.now(UTC) + timedelta(hours=2))
    assert (await room.life("agr-610118-centre-after"))["state"] == "expired"
    overdue = await room.officer(*ANNA).get("/v1/agreements/overdue")
    assert overdue.status_code == 200, overdue.text
    with pytest.raises(agreements.AppliedError, match="cannot be read"):
        await room.filed("agr-610118-bad", "active", version=2, supersedes=1)


async def test_the_report_asks_as_little_of_many_as_of_few(room: Lives) -> None:
    async def asked() -> int:
        with counted(room) as statements:
            assert (await room.officer(*ANNA).get("/v1/agreements/overdue")).status_code == 200
            await reminders.once(room.runtime, datetime.now(UTC) + timedelta(days=1))
        return len(statements)

    await room.filed("agr-610118-centre-many-0", "offered", sharing_class="unconditional")
    before = await asked()
    for number in range(1, 4):
        await room.filed(f"agr-610118-centre-many-{number}", "offered", sharing_class="unconditional")
    assert await asked() == before
    report = (await room.officer(*ANNA).get("/v1/agreements/overdue")).json()["clocks"]
    assert len([each for each in report if each["agreement"].startswith("agr-610118-centre-many-")]) == 4


@contextmanager
def counted(room: Lives) -> Iterator[list[str]]:
    """The questions about agreements that the database is asked meanwhile."""
    statements: list[str] = []

    def heard(*given: Any) -> None:
        if "agreement" in given[2] and given[2].startswith("SELECT"):
            statements.append(given[2])

    event.listen(room.runtime.engine.sync_engine, "before_cursor_execute", heard)
    yield statements
    event.remove(room.runtime.engine.sync_engine, "before_cursor_execute", heard)


@pytest.mark.parametrize("table", ["agreement", "agreement_step", "agreement_signature"])
async def test_not_even_the_owner_empties_what_was_agreed(room: Lives, table: str) -> None:
    owner = create_async_engine(room.running.settings.owner_database_url)
    with pytest.raises(DBAPIError, match="only added"):
        async with owner.begin() as connection:
            await connection.execute(text(f"TRUNCATE {table} CASCADE"))
    await owner.dispose()
