"""A person with neither phone nor paper key: a signed form and a witness from another organisation."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.identity.commands import forget
from services.identity.rules import presences as rules
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.counter import Officer, person_of
from tests.support.sign_in import FrontEnd, claims_of
from tests.support.until import until

Unused = Callable[[], str]
FORM = "HY-2026-000123"
PIN = "294017"


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


async def witnessed(by: Officer, presence: str, form: str = FORM, pin: str = PIN) -> httpx.Response:
    """The witness types the form's number, the person her digits."""
    return await by.post(f"/v1/presences/{presence}:witness", {"form": form, "pin": pin})


async def make_key(counter: Officer, presence: str, body: object = None) -> httpx.Response:
    """The officer asks for her paper key, as the gateway would let them."""
    settings = counter.identity.settings
    person = person_of(counter.identity, (await counter.exchange(presence)).json()["access_token"])
    async with counter.identity.as_(grants.resident(settings, person, through=presence)) as http:
        return await http.post("/v1/me/paper-key", json={} if body is None else body)


async def by_paper(portal: FrontEnd, key: str, pin: str = PIN) -> httpx.Response:
    await portal.open(prompt="login")
    return await portal.send("/paper", key=key, pin=pin)


async def test_a_witness_of_another_organisation_makes_a_new_person(counter: Officer, witness: Officer) -> None:
    presence = await asked(counter)
    assert (await witnessed(witness, presence)).json()["state"] == "confirmed"
    claims = claims_of((await counter.exchange(presence)).json()["access_token"])
    assert (claims["amr"], claims["act"]["witness"]) == (["paper_form"], "org-b")
    assert claims["act"]["organisation"] == "org-a"


async def test_her_first_paper_key_has_the_digits_that_she_typed_at_the_witness(
    counter: Officer, witness: Officer, portal: FrontEnd
) -> None:
    presence = await asked(counter)
    await witnessed(witness, presence)
    person = person_of(counter.identity, (await counter.exchange(presence)).json()["access_token"])
    made = await make_key(counter, presence)
    assert made.status_code == 201, made.text
    key = made.json()["key"]
    assert (await by_paper(portal, key, "112358")).status_code == 403
    granted = (await portal.redeem(await by_paper(portal, key))).json()
    assert person_of(counter.identity, granted["access_token"]) == person


async def test_whoever_makes_the_key_chooses_no_digits(counter: Officer, witness: Officer) -> None:
    presence = await asked(counter)
    await witnessed(witness, presence)
    refused = await make_key(counter, presence, {"pin": "112358"})
    assert (refused.status_code, refused.json()["code"]) == (422, "body-invalid")


async def test_who_has_her_phone_makes_no_key_at_a_counter(counter: Officer) -> None:
    presence = await counter.present("19912345679", "recovery")
    for body in ({}, {"pin": PIN}):
        refused = await make_key(counter, presence, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "paper-key-alone")


async def test_digits_that_are_easily_guessed_witness_nothing(counter: Officer, witness: Officer) -> None:
    presence = await asked(counter)
    refused = await witnessed(witness, presence, pin="123456")
    assert (refused.status_code, refused.json()["code"]) == (422, "pin-weak")
    assert (await counter.exchange(presence)).status_code == 400
    assert (await witnessed(witness, presence)).status_code == 200


async def test_her_digits_are_kept_as_a_hash_and_forgotten_with_the_presence(
    counter: Officer, witness: Officer, portal: FrontEnd
) -> None:
    ended = await asked(counter)
    await witnessed(witness, ended)
    assert await digits(counter.identity, ended) not in (None, PIN.encode())
    key = (await make_key(counter, ended)).json()["key"]
    await counter.post(f"/v1/presences/{ended}:end")
    assert await digits(counter.identity, ended) is None
    assert (await by_paper(portal, key)).status_code == 303, "the key keeps them"
    left = await asked(counter)
    await witnessed(witness, left)
    await over(counter.identity, left)

    async def forgotten() -> bool:
        return await digits(counter.identity, left) is None

    task = asyncio.create_task(forget.run(counter.identity.runtime))
    await until(forgotten)
    task.cancel()


async def digits(identity: RunningApp, presence: str) -> bytes | None:
    async with identity.runtime.engine.connect() as connection:
        found = await connection.execute(text("SELECT pin FROM presence WHERE id = :id"), {"id": uuid.UUID(presence)})
        kept: bytes | None = found.scalar_one()
    return kept


async def over(identity: RunningApp, presence: str) -> None:
    """Its half hour is over."""
    async with identity.runtime.engine.begin() as connection:
        statement = text("UPDATE presence SET ends_at = now() - interval '1 second' WHERE id = :id")
        await connection.execute(statement, {"id": uuid.UUID(presence)})


async def test_a_form_is_not_for_a_consent_alone(counter: Officer) -> None:
    refused = await counter.post("/v1/presences", {"task": "consent", "form": FORM})
    assert (refused.status_code, refused.json()["code"]) == (422, "task-not-on-paper")
    assert await asked(counter, "intake")


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
