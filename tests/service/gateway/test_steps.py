"""Every step of the decision refuses by itself: one request for each, refused by it alone, and let through repaired."""

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from gateway.exchange import refusals
from tests.support import governed, steps
from tests.support.governed import Region, sound
from tests.support.steps import STEPS, Step

NAME = "卓玛·多吉"
MEDIATORS = "INSERT INTO party VALUES ('org-610118-mediators', '鄠邑区人民调解委员会', 'mediation_committee', 'active')"
CASE = """
INSERT INTO link (id, type, provider, consumer, service, state, seals)
VALUES (:id, 'case', 'org-610118-others', 'org-610118-others', '', 'opened', :seals)
"""


@pytest.fixture
async def answering(region: Region) -> AsyncIterator[Region]:
    """The service has the one field that is asked for."""
    region.behind.body = {"state": "accepted", "fields": {"姓名": NAME}}
    yield region


def in_words(entry: dict[str, Any]) -> str:
    said = entry["outcome"] or ", ".join(filter(None, (entry["verdict"], entry["reason"])))
    return f"{entry['phase']}: {said}"


def test_every_step_has_its_line() -> None:
    assert [step.number for step in STEPS] == list(range(18))


def test_the_published_table_is_this_one() -> None:
    same = steps.PAGE.read_text("utf-8") == steps.page()
    assert same, "docs/decision.md is not what the steps say: make docs"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.number} {step.code}")
async def test_a_step_refuses_alone_and_the_repaired_request_passes(answering: Region, step: Step) -> None:
    region, referral = answering, await answering.referral()
    ask = sound(referral, **step.base)
    async with step.breaks(region, ask) as broken:
        before, asked = await region.size(), len(region.behind.asked)
        refused = await region.send(broken)
        calls = len(region.behind.asked) - asked
    said = refused.json()
    assert (refused.status_code, said["code"]) == (step.status, step.code), said
    assert said.get("step", step.number) == step.number
    assert NAME not in refused.text
    assert calls == (1 if step.number >= 14 else 0)
    assert tuple(map(in_words, (await region.logged())[before:])) == step.logged
    repaired = await region.send(ask)
    assert repaired.status_code == 200, repaired.text
    assert repaired.headers["jieli-decision"] and repaired.headers["jieli-receipt"]


async def test_a_closed_referral_is_told_as_one_that_nobody_has(answering: Region) -> None:
    closed = await answering.referral(state="completed")
    told = [await answering.send(sound(each)) for each in (closed, "0198aaaa-0000-7000-8000-000000000000")]
    first, second = ({**answer.json(), "decision": ""} for answer in told)
    assert first == second
    assert [answer.status_code for answer in told] == [404, 404]


@pytest.fixture
def read() -> Iterator[list[str]]:
    """Every reading of persons' keys, as it is said to the database."""
    said: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "person_key WHERE person = ANY" in statement:
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", heard)
    yield said
    event.remove(Engine, "before_cursor_execute", heard)


async def test_the_log_works_as_much_for_nobodys_referral_as_for_anothers(answering: Region, read: list[str]) -> None:
    """What a refusal writes, and which keys it reads for that, would tell in time who has a referral somewhere."""
    another = await answering.referral(consumer="org-610118-medical")
    lines, readings = [], []
    for each in (another, "0198aaaa-0000-7000-8000-000000000000") * 3:
        before, entries = len(read), await answering.size()
        assert (await answering.send(sound(each))).status_code == 404
        readings.append(len(read) - before)
        lines.append((await answering.logged())[entries:])
    assert readings[2:] == [1] * 4  # at the first of each their keys are made
    shapes = [[sorted(name for name, value in line.items() if value is not None) for line in each] for each in lines]
    assert shapes == [shapes[0]] * 6


async def test_the_log_grows_as_much_for_nobodys_case_as_for_anothers(answering: Region) -> None:
    """A case has two parties: one entry for each would tell that there is one."""
    region, case = answering, str(uuid.uuid4())
    seals = [region.desk.seals.seal(str(uuid.uuid4())) for _ in range(2)]
    await region.write(MEDIATORS)
    await region.write(CASE, id=case, seals=seals)
    await region.look()
    grown = []
    mediator = sound(case, caller="org-610118-mediators", kind="staff", roles=("mediator",))
    async with governed.client(region.gateway) as http:
        for each in (case, "0198aaaa-0000-7000-8000-000000000000"):
            before, path = await region.size(), f"/v1/cases/{each}"
            answer = await http.get(path, headers=region.token(mediator).headers("GET", path))
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), answer.text
            middle = await region.size()
            assert (await region.send(sound(each))).status_code == 404  # as if it were a referral
            grown.append((middle - before, await region.size() - middle))
    assert grown == [(2, 1)] * 2


async def test_a_picture_that_is_old_decides_nothing(answering: Region) -> None:
    """Whatever the gateway learns too late is a no: its picture of agreements, the registry's consents, the dead."""
    ask = sound(await answering.referral())
    known = answering.desk.known
    held, known.read_at = known.read_at, float("-inf")
    refused = await answering.send(ask)
    known.read_at = held
    assert (refused.status_code, refused.json()["code"]) == (503, refusals.PROJECTION_STALE.code)
    silent = "UPDATE heartbeat SET at = at - interval '2 days'"
    async with steps.written(silent, silent.replace("-", "+"))(answering, ask):
        refused = await answering.send(ask)
    assert (refused.status_code, refused.json()["code"]) == (503, refusals.PROJECTION_STALE.code)
    assert refused.json()["step"] == 11
    assert (await answering.send(ask)).status_code == 200
