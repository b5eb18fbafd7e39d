"""A person lets somebody help her: who may, for how long, how many; and everything that is refused."""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from demo import family
from services.identity.commands import exchanges, forget
from services.identity.rules import helping as rules
from services.identity.rules import sign_in
from tests.support.apps import RunningApp
from tests.support.counter import Officer, person_of
from tests.support.helping import Resident
from tests.support.sign_in import FrontEnd, claims_of
from tests.support.until import until

Unused = Callable[[], str]
DECLARED = sorted(rules.DECLARED)


def number() -> str:
    return family.phone(random.SystemRandom())


async def run(identity: RunningApp, statement: str, **more: object) -> None:
    async with identity.runtime.engine.begin() as connection:
        await connection.execute(text(statement), more)


@pytest.fixture
async def portal_of_another(identity: RunningApp, portal: FrontEnd) -> AsyncIterator[FrontEnd]:
    """A browser and key of somebody else."""
    async with identity.as_() as http:
        yield FrontEnd(identity, http, portal.directory, "portal", "resident")


@pytest.fixture
async def person(portal: FrontEnd) -> Resident:
    return await Resident(portal, number()).sign_in()


@pytest.fixture
async def helper(portal_of_another: FrontEnd) -> Resident:
    return await Resident(portal_of_another, number()).sign_in()


async def another(resident: Resident) -> Resident:
    """Somebody new in the same browser, whose key it is."""
    return await Resident(resident.portal, number()).sign_in()


async def test_a_helper_gets_tokens_for_the_person_who_asked_them(person: Resident, helper: Resident) -> None:
    delegation = await helper.help(person)
    granted = (await helper.exchange(delegation)).json()
    claims, own = claims_of(granted["access_token"]), claims_of(helper.access)
    assert "refresh_token" not in granted
    assert person_of(helper.identity, granted["access_token"]) == person.person
    assert claims["act"] == {"kind": "helper", "sub": own["sub"], "through": delegation}
    assert claims["sub"] == claims_of(person.access)["sub"], "to the portal she is who she is"
    assert (claims["kind"], claims["acr"], claims["amr"]) == ("resident", "aal1", ["delegation"])
    assert claims["auth_time"] == 0, "she proved nothing: no act that wants a fresh proof is open"
    assert claims["cnf"] == own["cnf"]
    assert helper.person not in granted["access_token"] and helper.person not in str(claims)


async def test_both_see_that_it_is_so_and_not_with_whom(person: Resident, helper: Resident) -> None:
    delegation = await helper.help(person, 10)
    seen, same = await person.get("/v1/me/helpers"), await helper.get("/v1/me/helping")
    assert seen == same and await person.get("/v1/me/helping") == await helper.get("/v1/me/helpers") == []
    (only,) = seen
    assert (only["id"], only["state"], only.keys()) == (delegation, "active", {"id", "since", "until", "state"})
    lasts = datetime.fromisoformat(only["until"]) - datetime.fromisoformat(only["since"])
    assert lasts == timedelta(days=10)
    assert person.person not in str(seen) and helper.person not in str(seen)


async def test_a_code_is_shown_once_and_kept_by_nobody(person: Resident) -> None:
    key = {"idempotency-key": str(uuid.uuid4())}
    first = await person.post("/v1/me/helper-invitations", {"days": 30}, **key)
    again = await person.post("/v1/me/helper-invitations", {"days": 30}, **key)
    assert first.headers["cache-control"] == "no-store"
    lasts = datetime.fromisoformat(first.json()["expires_at"]).timestamp() - time.time()
    assert 7 * 86400 - 60 < lasts <= 7 * 86400
    assert again.json()["code"] == "answer-shown-once"
    async with person.identity.runtime.engine.connect() as connection:
        kept = (await connection.execute(text("SELECT * FROM helper_invitation, idempotency"))).all()
    code = first.json()["code"]
    assert code not in str(kept) and code.replace("-", "") not in str(kept)


async def test_a_new_code_ends_the_one_before_and_each_serves_once(person: Resident, helper: Resident) -> None:
    old, new = await person.invite(), await person.invite()
    assert (await helper.bring(old)).json()["code"] == "sign-in-not-proven"
    assert (await helper.bring(new.lower().replace("-", " "))).status_code == 201
    assert (await helper.bring(new)).json()["code"] == "sign-in-not-proven"
    assert (await (await another(helper)).bring(new)).json()["code"] == "sign-in-not-proven"


async def test_a_code_is_good_for_seven_days(person: Resident, helper: Resident) -> None:
    code = await person.invite()
    await run(person.identity, "UPDATE helper_invitation SET expires_at = now() WHERE person = :id", id=person.person)
    late, nobodys = await helper.bring(code), await helper.bring("00000-00000-00000")
    assert late.status_code == nobodys.status_code == 403
    told = [{name: value for name, value in each.json().items() if name != "trace"} for each in (late, nobodys)]
    assert told[0] == told[1], "a code that ran out and one that nobody made look the same"


async def test_nobody_is_their_own_helper(person: Resident, helper: Resident) -> None:
    code = await person.invite()
    refused = await person.bring(code)
    assert (refused.status_code, refused.json()["code"]) == (409, "helper-is-oneself")
    assert (await helper.bring(code)).status_code == 201


@pytest.mark.parametrize(
    "declares",
    [
        *([each for each in DECLARED if each != left_out] for left_out in DECLARED),
        ["not_official"] * 3,
        [*DECLARED, "not_official"],
        ["not_official", "not_employer", "not_anything"],
        [],
    ],
    ids=str,
)
async def test_a_helper_declares_all_three(person: Resident, helper: Resident, declares: list[str]) -> None:
    code = await person.invite()
    refused = await helper.post("/v1/me/helping", {"code": code, "declares": declares})
    assert refused.status_code == 422
    assert await person.get("/v1/me/helpers") == []
    assert (await helper.bring(code)).status_code == 201


@pytest.mark.parametrize("days", [0, 366, -1, "30", 1.5, None])
async def test_help_lasts_a_day_to_a_year(person: Resident, days: Any) -> None:
    assert (await person.post("/v1/me/helper-invitations", {"days": days})).status_code == 422


async def test_five_people_in_365_days_and_those_who_ended_count(person: Resident, helper: Resident) -> None:
    given = []
    for _ in range(rules.MOST):
        asking = await another(person)
        given.append((asking, await helper.help(asking)))
    first, delegation = given[0]
    assert (await helper.end(delegation)).json()["state"] == "ended"
    sixth = await another(person)
    code = await sixth.invite()
    refused = await helper.bring(code)
    assert (refused.status_code, refused.json()["code"]) == (409, "helper-ceiling")
    assert await sixth.get("/v1/me/helpers") == []
    assert (await helper.bring(await first.invite())).status_code == 201, "one of the five may ask again"
    await run(
        helper.identity,
        "UPDATE delegation SET ends_at = now() - interval '365 days' WHERE person = :id",
        id=given[1][0].person,
    )
    assert (await helper.bring(code)).status_code == 201, "the refusal left the code as it was"


async def test_two_who_bring_one_code_at_once_do_not_both_help(person: Resident, helper: Resident) -> None:
    code, rival = await person.invite(), await another(helper)
    answers = await asyncio.gather(*(each.bring(code) for each in (helper, rival) * 2))
    assert sorted(each.status_code for each in answers) == [201, 403, 403, 403]
    assert len(await person.get("/v1/me/helpers")) == 1


async def test_codes_brought_at_once_are_not_more_than_five(person: Resident, helper: Resident) -> None:
    codes = [await (await another(person)).invite() for _ in range(rules.MOST + 3)]
    answers = await asyncio.gather(*(helper.bring(code) for code in codes))
    assert sorted(each.status_code for each in answers) == [201] * rules.MOST + [409] * 3
    assert len(await helper.get("/v1/me/helping")) == rules.MOST


async def test_guessing_is_slowed_down_for_whoever_guesses(person: Resident, helper: Resident) -> None:
    code, rival = await person.invite(), await another(helper)
    guessed = [(await helper.bring(f"{digit}" * 15)).status_code for digit in range(sign_in.FREE)]
    assert guessed == [403] * sign_in.FREE
    paused = await helper.bring(code)
    assert (paused.status_code, paused.json()["code"]) == (429, "sign-in-paused")
    assert (await rival.bring(code)).status_code == 201


async def test_a_refused_guess_is_not_sent_again_under_its_key(helper: Resident) -> None:
    key = {"idempotency-key": str(uuid.uuid4())}
    tries = [await helper.bring("0" * 15, **key) for _ in range(2)]
    assert [answer.json()["code"] for answer in tries] == ["sign-in-not-proven", "answer-shown-once"]


@pytest.mark.parametrize("by_whom", ["the person", "the helper"])
async def test_either_ends_it_and_its_tokens(person: Resident, helper: Resident, by_whom: str) -> None:
    delegation = await helper.help(person)
    assert (await helper.exchange(delegation)).status_code == 200
    caller = person if by_whom == "the person" else helper
    for _ in range(2):
        ended = (await caller.end(delegation)).json()
        assert ended["state"] == "ended"
    assert datetime.fromisoformat(ended["until"]).timestamp() <= time.time()
    assert (await helper.exchange(delegation)).json()["error"] == "invalid_request"
    await until(lambda: told(helper.identity, delegation))
    assert [each["state"] for each in await person.get("/v1/me/helpers")] == ["ended"]


async def told(identity: RunningApp, ended: str) -> bool:
    return ended in {event["session"] for event in identity.bus.events("identity.session.ended.v1")}


async def test_nobody_else_ends_it_or_acts_by_it(person: Resident, helper: Resident) -> None:
    delegation = await helper.help(person)
    thief = await another(helper)
    assert (await thief.end(delegation)).status_code == (await thief.end(str(uuid.uuid4()))).status_code == 404
    assert (await thief.exchange(delegation)).json()["error"] == "invalid_request"
    assert (await person.exchange(delegation)).json()["error"] == "invalid_request"
    assert (await helper.exchange(delegation)).status_code == 200


async def test_it_ends_by_itself_and_no_token_lasts_longer(person: Resident, helper: Resident) -> None:
    delegation = await helper.help(person)
    shorten = "UPDATE delegation SET ends_at = now() + :left WHERE id = :id"
    await run(person.identity, shorten, left=timedelta(seconds=60), id=uuid.UUID(delegation))
    granted = (await helper.exchange(delegation)).json()
    claims = claims_of(granted["access_token"])
    assert claims["exp"] - claims["iat"] == granted["expires_in"] <= 60
    await run(person.identity, shorten, left=timedelta(0), id=uuid.UUID(delegation))
    assert (await helper.exchange(delegation)).json()["error"] == "invalid_request"
    assert [each["state"] for each in await helper.get("/v1/me/helping")] == ["ended"]


async def test_who_asks_the_same_helper_again_gives_it_anew(person: Resident, helper: Resident) -> None:
    first, second = await helper.help(person), await helper.help(person)
    assert [each["state"] for each in await person.get("/v1/me/helpers")] == ["active", "ended"]
    assert (await helper.exchange(first)).status_code == 400
    assert (await helper.exchange(second)).status_code == 200


async def test_who_has_a_new_phone_is_helped_by_nobody(person: Resident, helper: Resident) -> None:
    """Whoever had the lost phone may have asked for help in her name."""
    delegation, code = await helper.help(person), await person.invite()
    new = number()
    await person.post("/v1/me/handles:replace", {"phone": new})

    async def arrived() -> list[str]:
        return person.portal.received(new)

    proof = (await until(arrived))[0]
    assert (await person.post("/v1/me/handles:confirm", {"code": proof})).status_code == 200
    assert (await helper.exchange(delegation)).status_code == 400
    assert (await helper.bring(code)).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"key": ECKey.generate_key("P-256")}, id="another key"),
        pytest.param({"actor_token": "x" * 43}, id="no refresh token"),
        pytest.param({"actor_token_type": exchanges.ACCESS}, id="another actor token"),
        pytest.param({"subject_token": str(uuid.uuid4())}, id="no such delegation"),
        pytest.param({"subject_token": "a\x00b"}, id="no id"),
        pytest.param({"subject_token_type": exchanges.PRESENCE}, id="not a presence"),
        pytest.param({"requested_token_type": exchanges.REFRESH}, id="another token"),
    ],
)
async def test_an_exchange_wants_everything_right(person: Resident, helper: Resident, change: dict[str, Any]) -> None:
    delegation = await helper.help(person)
    refused = await helper.exchange(delegation, **change)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert (await helper.exchange(delegation)).status_code == 200


async def test_who_signed_out_helps_nobody(person: Resident, helper: Resident) -> None:
    delegation = await helper.help(person)
    session = claims_of(helper.access)["sid"]
    assert claims_of((await helper.exchange(delegation)).json()["access_token"])["sid"] == session
    await helper.post(f"/v1/me/sessions/{session}:end")
    assert (await helper.exchange(delegation)).json()["error"] == "invalid_request"


async def test_staff_help_nobody_with_their_work_account(
    person: Resident, helper: Resident, desk: FrontEnd, officer: Unused
) -> None:
    delegation = await helper.help(person)
    counter = await Officer(desk, officer()).sign_in()
    refused = await counter.exchange(delegation, subject_token_type=exchanges.DELEGATION)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


async def test_what_ended_a_year_ago_is_forgotten(person: Resident, helper: Resident) -> None:
    delegation = await helper.help(person)
    await helper.end(delegation)
    old = "UPDATE delegation SET ends_at = now() - interval '366 days' WHERE id = :id"
    await run(person.identity, old, id=uuid.UUID(delegation))
    forgetting = asyncio.create_task(forget.run(person.identity.runtime))
    await until(lambda: forgotten(person))
    forgetting.cancel()


async def forgotten(person: Resident) -> bool:
    return not await person.get("/v1/me/helpers")
