"""A counter: staff and person both there, proved by a code to her phone; and everything that proves nothing."""

import json
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from demo import family
from services.identity.rules import presences as rules
from services.identity.rules import sign_in
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.assertions import proof
from tests.support.counter import Officer, person_of
from tests.support.sign_in import ISSUER, FrontEnd, claims_of
from tests.support.until import until

Unused = Callable[[], str]


def number() -> str:
    return family.phone(random.SystemRandom())


@pytest.fixture
async def counter(desk: FrontEnd, officer: Unused) -> AsyncIterator[Officer]:
    yield await Officer(desk, officer()).sign_in()


async def run(identity: RunningApp, statement: str, **more: object) -> None:
    async with identity.runtime.engine.begin() as connection:
        await connection.execute(text(statement), more)


async def test_an_officer_gets_a_token_for_the_person_who_is_there(counter: Officer) -> None:
    presence = await counter.present(number())
    granted = (await counter.exchange(presence)).json()
    assert granted["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert "refresh_token" not in granted
    claims = claims_of(granted["access_token"])
    assert (claims["kind"], claims["acr"], claims["amr"]) == ("resident", "aal1", ["counter_code"])
    assert claims["act"] == {
        "kind": "staff",
        "sub": counter.name,
        "organisation": "org-a",
        "roles": ["counter"],
        "through": presence,
        "task": "intake",
    }
    assert time.time() - claims["auth_time"] < 60
    assert claims["exp"] - claims["iat"] <= 600
    assert "organisation" not in claims and "roles" not in claims


async def test_at_the_counter_she_is_who_she_is_at_home(counter: Officer, portal: FrontEnd) -> None:
    phone = number()
    presence = await counter.present(phone)
    at_counter = (await counter.exchange(presence)).json()["access_token"]
    await portal.open()
    at_home = (await portal.redeem(await portal.send("/code", code=await portal.phone(phone)))).json()["access_token"]
    assert person_of(counter.identity, at_counter) == person_of(counter.identity, at_home)
    assert claims_of(at_counter)["sub"] != claims_of(at_home)["sub"]


async def test_numbers_known_and_unknown_get_the_same_answer_and_the_same_words(counter: Officer) -> None:
    known, unknown = number(), number()
    await counter.present(known)
    told = []
    for phone in (known, unknown):
        answer = await counter.post("/v1/presences", {"task": "intake", "phone": phone})
        await until(lambda phone=phone: received(counter, phone))
        said = answer.json()
        told.append((answer.status_code, said.keys(), said["state"], blinded((await received(counter, phone))[-1])))
    assert told[0] == told[1]
    assert "教育局" in told[0][3]


async def received(counter: Officer, phone: str) -> list[str]:
    path = counter.identity.settings.messages_file
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path else []
    return [line["text"] for line in lines if line["to"].endswith(phone)]


def blinded(words: str) -> str:
    return "".join("#" if letter.isdigit() else letter for letter in words)


async def test_an_officer_serves_one_person_at_a_time(counter: Officer) -> None:
    first = await counter.present(number())
    assert (await counter.exchange(first)).status_code == 200
    await counter.ask(number())
    assert (await counter.exchange(first)).status_code == 400
    await until(lambda: told(counter.identity, first))


async def told(identity: RunningApp, presence: str) -> bool:
    return presence in {event["session"] for event in identity.bus.events("identity.session.ended.v1")}


async def test_what_the_officer_ends_has_ended(counter: Officer) -> None:
    presence = await counter.present(number())
    for _ in range(2):
        assert (await counter.post(f"/v1/presences/{presence}:end")).json()["state"] == "ended"
    assert (await counter.exchange(presence)).json()["error"] == "invalid_request"
    await until(lambda: told(counter.identity, presence))


async def test_she_sees_at_which_counter_somebody_acts_with_her_and_ends_it(counter: Officer) -> None:
    presence = await counter.present(number(), "record")
    person = person_of(counter.identity, (await counter.exchange(presence)).json()["access_token"])
    async with counter.identity.as_(grants.resident(counter.identity.settings, person)) as her:
        [seen] = (await her.get("/v1/me/presences")).json()["presences"]
        since, until_then = (datetime.fromisoformat(seen.pop(name)) for name in ("since", "until"))
        assert seen == {"id": presence, "organisation": "教育局", "task": "record"}
        assert until_then - since == rules.LASTS
        for _ in range(2):
            answer = await her.post(f"/v1/me/presences/{presence}:end")
            assert (answer.status_code, answer.json()["state"]) == (200, "ended")
        assert (await her.get("/v1/me/presences")).json() == {"presences": []}
    assert (await counter.exchange(presence)).json()["error"] == "invalid_request"
    await until(lambda: told(counter.identity, presence))


async def test_nobody_sees_or_ends_where_somebody_else_is(counter: Officer) -> None:
    presence = await counter.present(number())
    async with counter.identity.as_(grants.resident(counter.identity.settings)) as other:
        assert (await other.get("/v1/me/presences")).json() == {"presences": []}
        for name in (presence, str(uuid.uuid4())):
            assert (await other.post(f"/v1/me/presences/{name}:end")).status_code == 404
    assert (await counter.exchange(presence)).status_code == 200


async def test_what_is_not_proved_or_is_over_is_no_presence_of_hers(counter: Officer) -> None:
    phone = number()
    presence = await counter.present(phone)
    person = person_of(counter.identity, (await counter.exchange(presence)).json()["access_token"])
    await run(counter.identity, "UPDATE presence SET ends_at = now() WHERE id = :id", id=uuid.UUID(presence))
    await counter.ask(phone)
    async with counter.identity.as_(grants.resident(counter.identity.settings, person)) as her:
        assert (await her.get("/v1/me/presences")).json() == {"presences": []}


async def test_a_presence_ends_by_itself(counter: Officer) -> None:
    presence = await counter.present(number())
    await run(counter.identity, "UPDATE presence SET ends_at = now() WHERE id = :id", id=uuid.UUID(presence))
    assert (await counter.exchange(presence)).json()["error"] == "invalid_request"
    again = await counter.confirm(presence, "00000000")
    assert (again.status_code, again.json()["state"]) == (409, "ended")


async def test_a_code_proves_one_presence_once(counter: Officer, desk: FrontEnd, officer: Unused) -> None:
    other = Officer(desk, officer())
    mine, code = await counter.ask(number())
    theirs, their_code = await other.ask(number())
    assert (await counter.confirm(mine, their_code)).json()["code"] == "sign-in-not-proven"
    assert (await other.confirm(theirs, code)).status_code == 403
    assert (await counter.confirm(mine, code)).status_code == 200
    assert (await counter.confirm(mine, code)).json()["code"] == "state-conflict"


async def test_a_code_is_guessed_five_times_at_most(counter: Officer) -> None:
    presence, code = await counter.ask(number())
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    tried = [(await counter.confirm(presence, wrong)).status_code for _ in range(sign_in.CODE_TRIES)]
    assert tried == [403] * sign_in.CODE_TRIES
    assert (await counter.confirm(presence, code)).status_code == 403


async def test_strangers_on_the_public_page_close_no_counter(counter: Officer, portal: FrontEnd) -> None:
    phone = number()
    for _ in range(max(sign_in.CODES.values())):
        await portal.open(prompt="login")
        await portal.send("/phone", phone=phone)
        await portal.send("/code", code="00000000")
    await counter.present(phone)


async def test_codes_at_a_counter_have_a_limit_of_their_own(counter: Officer, portal: FrontEnd) -> None:
    phone, most = number(), min(sign_in.CODES.values())
    for _ in range(most):
        await counter.ask(phone)
    before = len(await received(counter, phone))
    answer = await counter.post("/v1/presences", {"task": "intake", "phone": phone})
    assert answer.status_code == 201
    assert before == most
    await portal.open(prompt="login")
    await portal.phone(phone)
    assert len(await received(counter, phone)) == most + 1, "none for the counter, one for the page"


async def test_a_refused_guess_is_not_sent_again_under_its_key(counter: Officer) -> None:
    presence, _ = await counter.ask(number())
    key = {"idempotency-key": str(uuid.uuid4())}
    tries = [await counter.post(f"/v1/presences/{presence}:confirm", {"code": "x"}, **key) for _ in range(2)]
    assert [answer.json()["code"] for answer in tries] == ["sign-in-not-proven", "answer-shown-once"]


async def test_another_officers_presence_is_nothing(counter: Officer, desk: FrontEnd, officer: Unused) -> None:
    presence, code = await counter.ask(number())
    thief = Officer(desk, officer())
    for tried in (await thief.confirm(presence, code), await thief.post(f"/v1/presences/{presence}:end")):
        assert tried.status_code == 404
    assert (await counter.confirm(presence, code)).status_code == 200
    await thief.sign_in()
    assert (await thief.exchange(presence)).json()["error"] == "invalid_request"


async def test_another_organisation_is_nobody_here(counter: Officer) -> None:
    presence, code = await counter.ask(number())
    moved = Officer(counter.desk, counter.name, "org-b")
    assert (await moved.confirm(presence, code)).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"key": ECKey.generate_key("P-256")}, id="another key"),
        pytest.param({"actor_token": "x" * 43}, id="no refresh token"),
        pytest.param({"actor_token_type": "urn:ietf:params:oauth:token-type:access_token"}, id="another actor token"),
        pytest.param({"subject_token": str(uuid.uuid4())}, id="no such presence"),
        pytest.param({"subject_token": "a\x00b"}, id="no id"),
        pytest.param({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, id="another subject"),
        pytest.param({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, id="another token"),
    ],
)
async def test_an_exchange_wants_everything_right(counter: Officer, change: dict[str, Any]) -> None:
    presence = await counter.present(number())
    refused = await counter.exchange(presence, **change)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert (await counter.exchange(presence)).status_code == 200


async def test_a_presence_that_is_not_proved_opens_nothing(counter: Officer) -> None:
    presence, _ = await counter.ask(number())
    assert (await counter.exchange(presence)).json()["error"] == "invalid_request"


async def test_an_exchange_is_not_sent_twice(counter: Officer) -> None:
    presence = await counter.present(number())
    shown = {"dpop": proof(counter.desk.key, f"{ISSUER}/v1/token")}
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": presence,
        "subject_token_type": "urn:jieli:token-type:presence",
        "actor_token": counter.refresh,
        "actor_token_type": "urn:ietf:params:oauth:token-type:refresh_token",
    }
    body = form | counter.desk.proves()
    assert (await counter.desk.http.post("/v1/token", data=body, headers=shown)).status_code == 200
    assert (await counter.desk.http.post("/v1/token", data=body, headers=shown)).json()["error"] == "invalid_client"
    again = await counter.desk.http.post("/v1/token", data=form | counter.desk.proves(), headers=shown)
    assert again.json()["error"] == "invalid_dpop_proof"


async def test_who_signed_out_or_changed_roles_acts_for_nobody(counter: Officer) -> None:
    presence = await counter.present(number())
    roles = "UPDATE staff SET roles = :roles WHERE id = :staff"
    await run(counter.identity, roles, roles=["officer"], staff=counter.name)
    assert (await counter.exchange(presence)).status_code == 400
    await run(counter.identity, roles, roles=["counter"], staff=counter.name)
    session = claims_of((await counter.exchange(presence)).json()["access_token"])["sid"]
    caller = grants.staff(counter.identity.settings, "org-a", "counter", name=counter.name)
    async with counter.identity.as_(caller) as http:
        assert (await http.post(f"/v1/staff-sessions/{session}:end")).status_code == 200
    assert (await counter.exchange(presence)).status_code == 400


async def test_a_day_has_a_ceiling_and_misses_count(identity: RunningApp, desk: FrontEnd, officer: Unused) -> None:
    busy, rested = Officer(desk, officer(), "org-b"), Officer(desk, officer(), "org-b")
    ask = {"task": "intake", "phone": number()}
    await served(identity, busy.name, rules.MOST_OF_STAFF - 1)
    assert (await busy.post("/v1/presences", ask)).status_code == 201
    refused = await busy.post("/v1/presences", ask)
    assert (refused.status_code, refused.json()["code"]) == (429, "presence-ceiling")
    assert (await rested.post("/v1/presences", ask)).status_code == 201
    await served(identity, officer(), rules.MOST_OF_ORGANIZATION - rules.MOST_OF_STAFF)
    assert (await rested.post("/v1/presences", ask)).json()["code"] == "presence-ceiling"
    await run(identity, "UPDATE presence SET asked_at = asked_at - interval '1 day' WHERE organization = 'org-b'")
    assert (await rested.post("/v1/presences", ask)).status_code == 201


async def served(identity: RunningApp, staff: str, times: int) -> None:
    """So many who did not come, or gave a wrong code."""
    await run(
        identity,
        "INSERT INTO presence (id, staff, organization, kind, task, state, tries, asked_at, ends_at)"
        " SELECT gen_random_uuid(), :staff, 'org-b', 'code', 'intake', 'ended', 0, now(), now()"
        " FROM generate_series(1, :times)",
        staff=staff,
        times=times,
    )


@pytest.mark.parametrize(
    "body",
    [
        {"task": "watch", "phone": "19912345678"},
        {"task": "intake"},
        {"task": "intake", "phone": "12"},
        {"task": "intake", "phone": "19912345678", "form": "HY-2026-0001"},
        {"task": "intake", "form": "a form"},
    ],
)
async def test_a_task_is_one_of_the_list_and_a_number_a_number(counter: Officer, body: dict[str, str]) -> None:
    assert (await counter.post("/v1/presences", body)).status_code == 422
