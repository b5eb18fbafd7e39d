"""Without a phone: a form, a witness of another office, a key on paper; and no officer holds key and digits."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from demo import family
from demo.client import Actor
from demo.client import until as until_said
from demo.front_end import Browser
from services.identity.commands import exchanges
from tests.support.acting import CODE, acting, at_counter, messages
from tests.support.launched import Installation
from tests.support.until import until
from tests.system.test_foreign_ids import consent, refer

FORM, PIN = "HY-2026-000123", "294017"


@pytest.fixture(scope="module")
def officer(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].staff("officer", "staff-610118-counter")


@pytest.fixture(scope="module")
def witness(platform: Installation) -> Iterator[Actor]:
    yield platform.regions()["receiving"].staff("witness", "staff-610118-education")


def on_paper(officer: Actor, witness: Actor, task: str) -> tuple[str, Actor]:
    """A person signed a form before a witness; the presence, and the officer acting with her."""
    asked = officer.post("/v1/presences", {"task": task, "form": FORM})
    assert asked.status_code == 201, asked.text
    presence = str(asked.json()["id"])
    seen = witness.post(f"/v1/presences/{presence}:witness", {"form": FORM, "pin": PIN})
    assert (seen.status_code, seen.json()["state"]) == (200, "confirmed"), seen.text
    return presence, acting(officer, "desk", presence, exchanges.PRESENCE)


def typed(key: str) -> Callable[[Browser], httpx.Response]:
    """What she types on the sign-in's page."""
    return lambda browser: browser.fill("paper", key=key, pin=PIN)


def waits(person: Actor, given: httpx.Response) -> timedelta:
    """How long a consent waits before it opens anything."""
    kept = person.get(f"/v1/me/consents/{given.json()['id']}").json()
    assert kept["proved_by"] == "paper"
    return datetime.fromisoformat(kept["opens_at"]) - datetime.fromisoformat(kept["decided_at"])


async def test_she_consents_on_paper_and_takes_her_key_home(officer: Actor, witness: Actor) -> None:
    presence, together = on_paper(officer, witness, "intake")
    made = refer(together)
    given = together.post("/v1/me/consents", consent(made))
    assert given.status_code == 201, given.text
    assert together.post("/v1/me/paper-key", {"pin": "112358"}).json()["code"] == "body-invalid"
    printed = together.post("/v1/me/paper-key", {})
    assert printed.status_code == 201, printed.text
    token = officer.region.front_end("portal").sign_in("resident", typed(str(printed.json()["key"])))
    person = Actor(officer.region, "the person, at home", token)
    assert person.get(f"/v1/me/referrals/{made['id']}").status_code == 200
    assert waits(person, given) == timedelta(hours=24)
    [seen] = person.get("/v1/me/presences").json()["presences"]
    assert (seen["id"], seen["task"]) == (presence, "intake")
    assert together.get("/v1/me/presences").json()["code"] == "person-alone"
    assert together.post(f"/v1/me/presences/{presence}:end").json()["code"] == "person-alone"
    assert person.post(f"/v1/me/presences/{presence}:end").status_code == 200

    async def worthless() -> bool:
        return together.get("/v1/me/referrals", quiet=True).status_code == 401

    await until(worthless, 5)


def test_who_has_her_phone_gets_no_paper_key_from_an_officer(officer: Actor) -> None:
    phone = family.phone(random.SystemRandom())
    _, together = at_counter(officer, phone, "recovery")
    for body in ({}, {"pin": PIN}):
        refused = together.post("/v1/me/paper-key", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "paper-key-alone")
    person = officer.region.resident("the person, at home", phone)
    assert person.post("/v1/me/paper-key", {"pin": PIN}).status_code == 201


def test_what_a_phone_obtained_on_paper_opens_waits_as_paper_does(officer: Actor, witness: Actor) -> None:
    _, together = on_paper(officer, witness, "recovery")
    key = str(together.post("/v1/me/paper-key", {}).json()["key"])
    region, phone = officer.region, family.phone(random.SystemRandom())
    person = Actor(region, "the person, by her key", region.front_end("portal").sign_in("resident", typed(key)))
    before = len(messages(region, phone))
    assert person.post("/v1/me/handles:replace", {"phone": phone}).status_code == 202
    code = CODE.search(until_said("the code", lambda: messages(region, phone)[before:])[0]["text"])
    assert code and person.post("/v1/me/handles:confirm", {"code": code[0]}).status_code == 200
    _, at_the_counter = at_counter(officer, phone, "intake")
    at_home = region.resident("the person, by her new phone", phone)
    for who in (at_home, at_the_counter):
        given = who.post("/v1/me/consents", consent(refer(who)))
        assert given.status_code == 201, given.text
        assert waits(at_home, given) == timedelta(hours=24)
