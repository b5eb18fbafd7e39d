"""A version whose text does not fit any more: its parties see that, and end it; it keeps no other from anything."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.lifecycle import expiry
from shared.contracts import events
from tests.service.gateway import lives
from tests.service.gateway.lives import ANNA, BO, CHEN, DAI, Lives
from tests.support.postgres import TestServer

LIKE = "agr-610118-centre-readable"
UNREAD: dict[str, dict[str, object]] = {
    "unclassed": {"sharing_class": None},
    "listed": {"consumer": ["org-610118-housing"]},
    "numbered": {"consumer": {"region": 610118, "organisation": "org-610118-housing"}},
    "alone": {"consumer": None},
    "lengthy": {"consumer": {"region": "610118", "organisation": "x" * 1000}},
}
ELI = ("org-610118-education", "staff-eli")


@pytest.fixture(scope="module")
async def room(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lives]:
    async with lives.lives(postgres, tmp_path_factory.mktemp("gateway")) as there:
        await there.in_force(LIKE)
        yield there


async def told(room: Lives, agreement: str) -> list[tuple[str, dict[str, Any]]]:
    """What the other apps are told of it."""
    statement = text("SELECT subject, data FROM outbox WHERE aggregate = :agreement ORDER BY id")
    async with room.runtime.sessions() as session:
        return [(row.subject, row.data) for row in await session.execute(statement, {"agreement": agreement})]


async def test_its_parties_see_that_it_cannot_be_read_and_where(room: Lives) -> None:
    name = "agr-610118-centre-wordy"
    await room.unreadable(name, LIKE)
    shown = await room.life(name)
    assert (shown["state"], len(shown["terms"]["scenario"])) == ("active", 2001)
    problem = shown["unreadable"]
    assert (problem["code"], [each["pointer"] for each in problem["errors"]]) == ("agreement-unreadable", ["/scenario"])
    assert ":terminate" in problem["detail"]
    assert (await room.life(LIKE))["unreadable"] is None
    stranger = await room.officer(*ELI).get(f"/v1/agreements/{name}/versions/1")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "not-a-party")


async def test_it_is_suspended_and_ended_and_nothing_else(room: Lives) -> None:
    name = "agr-610118-centre-ending"
    await room.unreadable(name, LIKE)
    suspended = await room.does(CHEN, "suspend", name, reason="读不出来")
    assert (suspended.status_code, suspended.json()["state"]) == (200, "suspended"), suspended.text
    await room.does(CHEN, "resume", name)
    refused = await room.does(DAI, "resume", name)
    assert (refused.status_code, refused.json()["code"]) == (409, "agreement-unreadable")
    ended = (await room.does(ANNA, "terminate", name, reason="另立协议")).json()
    assert (ended["state"], [each["kind"] for each in ended["clocks"]]) == ("terminated", ["disposal"])
    receipt = {"method": "数据库记录已删除", "reference": "XH-2026-9"}
    assert (await room.does(CHEN, "dispose", name, **receipt)).json()["clocks"] == []
    subjects = [subject for subject, _ in await told(room, name)]
    assert subjects == [events.AgreementSuspended.subject] * 2
    for _, data in await told(room, name):
        said = events.AgreementSuspended.model_validate(data)
        assert (said.provider, said.consumer, said.fields) == (lives.CENTRE, lives.OFFICE, ())


async def test_the_clock_of_its_deletion_is_told(room: Lives) -> None:
    name = "agr-610118-centre-remains"
    await room.unreadable(name, LIKE)
    await room.does(BO, "terminate", name, reason="另立协议")
    late = datetime.now(UTC) + timedelta(days=60)
    room.moment = late
    report = (await room.officer(*ANNA).get("/v1/agreements/overdue")).json()["clocks"]
    (clock,) = [each for each in report if each["agreement"] == name]
    assert (clock["kind"], clock["organisation"], clock["overdue"]) == ("disposal", lives.OFFICE, True)


async def test_anybody_reads_its_text_and_nobody_takes_it_for_a_policy(room: Lives) -> None:
    name = "agr-610118-centre-published"
    await room.unreadable(name, LIKE)
    async with room.running.as_() as client:
        read = await client.get(f"/v1/agreements/{name}")
        policy = await client.get(f"/v1/agreements/{name}", headers={"accept": "application/ld+json"})
    assert (read.status_code, read.json()["state"]) == (200, "active")
    assert (policy.status_code, policy.json()["code"]) == (409, "agreement-unreadable")


@pytest.mark.parametrize("which", UNREAD)
async def test_a_party_that_can_be_read_ends_it_whatever_else_cannot(room: Lives, which: str) -> None:
    name = f"agr-610118-centre-{which}"
    await room.unreadable(name, LIKE, **UNREAD[which])
    assert (await room.life(name))["state"] == "active"
    for verb, state in (("suspend", "suspended"), ("terminate", "terminated")):
        answer = await room.does(ANNA, verb, name, reason="读不出来")
        assert (answer.status_code, answer.json().get("state")) == (200, state), answer.text
    for _, data in await told(room, name):
        assert events.AgreementSuspended.model_validate(data).provider == lives.CENTRE


async def test_one_whose_parties_nobody_can_read_is_nobodys_and_ends_with_its_time(
    room: Lives, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "agr-610118-centre-nobodys"
    await room.unreadable(name, LIKE, provider=None, consumer={"region": 610118, "organisation": ["x"]})
    read = await room.officer(*ANNA).get(f"/v1/agreements/{name}/versions/1")
    answers = [read, *[await room.does(who, "terminate", name, reason="读不出来") for who in (ANNA, CHEN)]]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "not-a-party")] * 3
    again = await room.officer(*ANNA).post("/v1/agreements", json={"terms": lives.terms(name)})
    assert (again.status_code, again.json()["code"]) == (409, "conflict"), again.text
    await expiry.once(room.runtime, datetime(2099, 1, 1, tzinfo=UTC))
    assert "agreement_not_expired" not in capsys.readouterr().out
    ((_, data),) = await told(room, name)
    said = events.AgreementSuspended.model_validate(data)
    assert (said.agreement, said.version) == (name, 1)
    async with room.running.as_() as client:
        assert (await client.get(f"/v1/agreements/{name}")).json()["state"] == "expired"


async def test_it_ends_with_its_time(room: Lives) -> None:
    name = "agr-610118-centre-elapsed"
    await room.unreadable(name, LIKE)
    await expiry.once(room.runtime, datetime(2099, 1, 1, tzinfo=UTC))
    assert (await room.life(name))["state"] == "expired"
