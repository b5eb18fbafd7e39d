"""Erasing a person: nothing by which she signed in, was present or was helped stays, whatever ways in she had."""

import random
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text

from demo import family
from shared.contracts.events import IdentityErasureOrdered
from tests.support.apps import RunningApp
from tests.support.counter import Officer
from tests.support.helping import Resident
from tests.support.passkeys import Authenticator
from tests.support.sign_in import FrontEnd
from tests.support.until import until

Unused = Callable[[], str]
PIN = "294017"


@pytest.fixture
async def portal_of_another(identity: RunningApp, portal: FrontEnd) -> AsyncIterator[FrontEnd]:
    async with identity.as_() as http:
        yield FrontEnd(identity, http, portal.directory, "portal", "resident")


async def erased(identity: RunningApp, person: str) -> None:
    """Order it, as the gateway does, and wait until identity says that it is done."""
    request = uuid.uuid4()
    await identity.receive("gateway", str(request), 1, IdentityErasureOrdered(request=str(request), person=person))

    async def done() -> bool:
        return str(request) in {event["request"] for event in identity.bus.events("identity.erasure.done.v1")}

    await until(done)


async def rows_that_name(identity: RunningApp, person: str) -> list[str]:
    """The tables in which her id still stands."""
    async with identity.runtime.engine.connect() as connection:
        names = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        found = []
        for name in names.scalars().all():
            rows = await connection.execute(text(f'SELECT "{name}"::text FROM "{name}"'))  # noqa: S608 - our own tables
            if person in " ".join(rows.scalars().all()):
                found.append(name)
        return found


async def test_whoever_has_every_way_in_is_erased(
    desk: FrontEnd, portal: FrontEnd, portal_of_another: FrontEnd, officer: Unused
) -> None:
    counter = await Officer(desk, officer()).sign_in()
    person = await Resident(portal, family.phone(random.SystemRandom())).sign_in()
    other = await Resident(portal_of_another, family.phone(random.SystemRandom())).sign_in()
    assert (await Authenticator().add(portal)).status_code == 303
    made = await person.post("/v1/me/paper-key", {"pin": PIN})
    await counter.present(person.phone)
    await person.help(other)
    await other.help(person)
    await person.invite()
    await erased(portal.identity, person.person)
    assert set(await rows_that_name(portal.identity, person.person)) <= {"session", "idempotency"}
    await portal.open(prompt="login")
    assert (await portal.send("/paper", key=made.json()["key"], pin=PIN)).status_code == 403
    assert (await Resident(portal, person.phone).sign_in()).person != person.person
