"""A person with neither phone nor paper key: a signed form and a witness from another organisation."""

import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from services.identity.rules import presences as rules
from tests.support import grants
from tests.support.counter import Officer, person_of
from tests.support.sign_in import FrontEnd, claims_of

Unused = Callable[[], str]
FORM = "HY-2026-000123"


@pytest.fixture
async def counter(desk: FrontEnd, officer: Unused) -> AsyncIterator[Officer]:
    yield await Officer(desk, officer()).sign_in()


@pytest.fixture
def witness(desk: FrontEnd, colleague: Unused) -> Officer:
    return Officer(desk, colleague(), "org-b")


async def asked(counter: Officer, task: str = "recovery") -> str:
    answer = await counter.post("/v1/presences", {"task": task, "form": FORM})
    assert (answer.status_code, answer.json()["kind"], answer.json()["state"]) == (201, "paper", "asked")
    return str(answer.json()["id"])


async def witnessed(by: Officer, presence: str, form: str = FORM) -> httpx.Response:
    return await by.post(f"/v1/presences/{presence}:witness", {"form": form})


async def test_a_witness_of_another_organisation_makes_a_new_person(counter: Officer, witness: Officer) -> None:
    presence = await asked(counter)
    assert (await witnessed(witness, presence)).json()["state"] == "confirmed"
    claims = claims_of((await counter.exchange(presence)).json()["access_token"])
    assert (claims["amr"], claims["act"]["witness"]) == (["paper_form"], "org-b")
    assert claims["act"]["organisation"] == "org-a"


async def test_her_first_paper_key_comes_of_it(counter: Officer, witness: Officer, portal: FrontEnd) -> None:
    presence = await asked(counter)
    await witnessed(witness, presence)
    person = person_of(counter.identity, (await counter.exchange(presence)).json()["access_token"])
    async with counter.identity.as_(grants.resident(counter.identity.settings, person)) as http:
        key = (await http.post("/v1/me/paper-key", json={"pin": "294017"})).json()["key"]
    await portal.open()
    granted = (await portal.redeem(await portal.send("/paper", key=key, pin="294017"))).json()
    assert person_of(counter.identity, granted["access_token"]) == person


async def test_each_form_is_another_person(counter: Officer, witness: Officer) -> None:
    people = set()
    for _ in range(2):
        presence = await asked(counter)
        await witnessed(witness, presence)
        people.add(person_of(counter.identity, (await counter.exchange(presence)).json()["access_token"]))
    assert len(people) == 2


async def test_a_colleague_of_the_same_organisation_is_no_witness(
    counter: Officer, witness: Officer, desk: FrontEnd, officer: Unused
) -> None:
    presence = await asked(counter)
    for near in (counter, Officer(desk, officer()), Officer(desk, counter.name, "org-b")):
        refused = await witnessed(near, presence)
        assert (refused.status_code, refused.json()["code"]) == (409, "witness-not-independent")
    assert (await counter.exchange(presence)).status_code == 400
    assert (await witnessed(witness, presence)).status_code == 200


async def test_a_form_is_guessed_five_times_at_most_and_serves_once(counter: Officer, witness: Officer) -> None:
    presence = await asked(counter)
    tried = [(await witnessed(witness, presence, "HY-2026-999999")).status_code for _ in range(rules.FORM_TRIES)]
    assert tried == [403] * rules.FORM_TRIES
    assert (await witnessed(witness, presence)).status_code == 403
    presence = await asked(counter)
    assert (await witnessed(witness, presence)).status_code == 200
    assert (await witnessed(witness, presence)).json()["code"] == "state-conflict"


async def test_no_code_proves_a_form_and_no_form_a_code(counter: Officer, witness: Officer) -> None:
    presence = await asked(counter)
    assert (await counter.confirm(presence, "12345678")).status_code == 403
    by_code, _ = await counter.ask("19912345678")
    for unknown in (by_code, str(uuid.uuid4())):
        assert (await witnessed(witness, unknown)).status_code == 404


@pytest.mark.parametrize("form", ["", "short", "with space", "x" * 40])
async def test_a_form_has_a_number(witness: Officer, counter: Officer, form: Any) -> None:
    presence = await asked(counter)
    assert (await witnessed(witness, presence, form)).status_code == 422
