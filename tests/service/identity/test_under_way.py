"""Several at once: what ends everything waits for a sign-in under way, equal tries get equal answers, few may wait."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from demo import family
from services.identity.commands import passwords
from shared.contracts.events import IdentityErasureOrdered
from tests.support import grants
from tests.support.apps import RunningApp
from tests.support.helping import Resident
from tests.support.passkeys import Authenticator
from tests.support.sign_in import FrontEnd
from tests.support.until import until

Unused = Callable[[], str]
Waiting = Callable[[int], Awaitable[None]]
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def number() -> str:
    return family.phone(random.SystemRandom())


async def open_sessions(identity: RunningApp, subject: str) -> int:
    async with identity.runtime.engine.connect() as connection:
        counted = text("SELECT count(*) FROM session WHERE subject = :subject AND state = 'open'")
        return int(await connection.scalar(counted, {"subject": subject}) or 0)


@asynccontextmanager
async def nothing_written(identity: RunningApp, table: str) -> AsyncIterator[Waiting]:
    """While this lasts nobody gets beyond the step that writes into this table; what it gives waits for who waits."""
    async with identity.runtime.engine.connect() as holding, identity.runtime.engine.connect() as looking:
        await holding.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))

        async def so_many(wanted: int) -> None:
            async def waits() -> bool:
                found = int(await looking.scalar(_WAITING) or 0)
                await looking.rollback()
                return found >= wanted

            await until(waits)

        yield so_many
        await holding.rollback()


async def at_once(identity: RunningApp, sign_in: Awaitable[object], ends: Awaitable[object]) -> None:
    """Begin what ends everything while the sign-in has proved who it is and nothing more."""
    async with nothing_written(identity, "session") as waiting:
        first = asyncio.ensure_future(sign_in)
        await waiting(1)
        second = asyncio.ensure_future(ends)
        await waiting(2)
    await asyncio.gather(first, second)


async def erased(identity: RunningApp, person: str) -> None:
    request = str(uuid.uuid4())
    await identity.receive("gateway", request, 1, IdentityErasureOrdered(request=request, person=person))

    async def done() -> bool:
        return request in {event["request"] for event in identity.bus.events("identity.erasure.done.v1")}

    await until(done)


async def test_a_sign_in_by_code_does_not_outlive_an_erasure(portal: FrontEnd) -> None:
    person = await Resident(portal, number()).sign_in()
    await portal.open(prompt="login")
    code = await portal.phone(person.phone)
    await at_once(portal.identity, portal.send("/code", code=code), erased(portal.identity, person.person))
    assert await open_sessions(portal.identity, person.person) == 0


async def test_a_sign_in_by_passkey_does_not_outlive_an_erasure(portal: FrontEnd) -> None:
    person = await Resident(portal, number()).sign_in()
    key = Authenticator()
    assert (await key.add(portal)).status_code == 303
    await portal.open(prompt="login")
    await at_once(portal.identity, key.sign_in(portal), erased(portal.identity, person.person))
    assert await open_sessions(portal.identity, person.person) == 0


async def test_a_sign_in_by_the_old_phone_does_not_outlive_the_new_one(portal: FrontEnd) -> None:
    person, new = await Resident(portal, number()).sign_in(), number()
    await person.post("/v1/me/handles:replace", {"phone": new})

    async def arrived() -> list[str]:
        return portal.received(new)

    taken = person.post("/v1/me/handles:confirm", {"code": (await until(arrived))[0]})
    await portal.open(prompt="login")
    code = await portal.phone(person.phone)
    await at_once(portal.identity, portal.send("/code", code=code), taken)
    assert await open_sessions(portal.identity, person.person) == 0


async def test_a_sign_in_by_the_paper_key_does_not_outlive_a_new_phone(portal: FrontEnd) -> None:
    person, new, pin = await Resident(portal, number()).sign_in(), number(), "294017"
    key = (await person.post("/v1/me/paper-key", {"pin": pin})).json()["key"]
    await person.post("/v1/me/handles:replace", {"phone": new})

    async def arrived() -> list[str]:
        return portal.received(new)

    taken = person.post("/v1/me/handles:confirm", {"code": (await until(arrived))[0]})
    await portal.open(prompt="login")
    await at_once(portal.identity, portal.send("/paper", key=key, pin=pin), taken)
    assert await open_sessions(portal.identity, person.person) == 0


async def test_a_sign_in_by_password_does_not_outlive_a_new_invitation(desk: FrontEnd, unused: Unused) -> None:
    name = unused()
    caller = grants.staff(desk.identity.settings, "org-a", "administrator", name="an-administrator")
    await desk.open(prompt="login")
    async with desk.identity.as_(caller) as http:
        await at_once(desk.identity, desk.password(name), http.post(f"/v1/staff/{name}:invite"))
    assert await open_sessions(desk.identity, name) == 0
    await desk.open(prompt="login")
    assert (await desk.password(name, desk.shown(name, 1))).status_code == 403


async def test_whoever_removes_a_passkey_and_what_ends_everything_lock_in_one_order(portal: FrontEnd) -> None:
    person, key = await Resident(portal, number()).sign_in(), Authenticator()
    assert (await key.add(portal)).status_code == 303
    whose = {"subject": person.person}
    async with portal.identity.runtime.engine.connect() as ending, portal.identity.runtime.engine.connect() as looking:
        form = await key.form(portal)
        await ending.execute(text("DELETE FROM passkey WHERE subject = :subject"), whose)
        removing = asyncio.ensure_future(portal.http.post(f"/account/passkeys/{key.shown}:remove", data=form))

        async def waits() -> bool:
            found = int(await looking.scalar(_WAITING) or 0)
            await looking.rollback()
            return found >= 1

        await until(waits)
        await ending.execute(text("SELECT 1 FROM session WHERE subject = :subject FOR UPDATE NOWAIT"), whose)
        await ending.rollback()
    assert (await removing).status_code == 303


@asynccontextmanager
async def browsers(identity: RunningApp, place: Path, count: int) -> AsyncIterator[list[FrontEnd]]:
    """So many strangers at the desk's page."""
    async with AsyncExitStack() as stack:
        made = [FrontEnd(identity, await stack.enter_async_context(identity.as_()), place) for _ in range(count)]
        for each in made:
            await each.open()
        yield made


@pytest.mark.parametrize("known", [True, False])
async def test_two_wrong_passwords_at_once_tell_nothing_of_an_account(
    identity: RunningApp, place: Path, unused: Unused, known: bool
) -> None:
    name = unused() if known else f"nobody-{uuid.uuid4()}"
    async with browsers(identity, place, 2) as two:
        async with nothing_written(identity, "failure") as waiting:
            tries = [asyncio.ensure_future(each.password(name, code="000000")) for each in two]
            await waiting(2)
        answers = await asyncio.gather(*tries)
    assert [answer.status_code for answer in answers] == [403, 403]


async def test_whoever_waits_for_a_turn_gets_one(
    identity: RunningApp, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 60)  # that a turn comes, however slow the machine is
    async with browsers(identity, place, 4 * passwords.ROOM) as many:
        answers = await asyncio.gather(*(each.password(f"nobody-{uuid.uuid4()}") for each in many))
    assert {answer.status_code for answer in answers} == {403}


async def test_whoever_floods_the_password_page_keeps_no_system_from_a_token(
    identity: RunningApp, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.2)
    system = FrontEnd(identity, identity.as_(), place, "another-system")
    async with browsers(identity, place, 2 * identity.settings.database_pool) as many:
        async with passwords.AT_ONCE, passwords.AT_ONCE:
            tries = [asyncio.ensure_future(each.password(f"nobody-{uuid.uuid4()}")) for each in many]

            async def refused() -> bool:
                return sum(each.done() for each in tries) == len(tries) - passwords.ROOM

            await until(refused, 4)
            granted = await system.token({"grant_type": "client_credentials"})
        answers = await asyncio.gather(*tries)
    assert granted.status_code == 200
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(403), statuses.count(503)) == (passwords.ROOM, len(many) - passwords.ROOM)
    assert "很多人" in next(answer.text for answer in answers if answer.status_code == 503)
