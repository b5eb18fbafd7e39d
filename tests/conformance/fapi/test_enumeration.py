"""Whether an account exists cannot be told: neither by what the pages say nor by how long they take."""

import itertools
import json
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from demo import family
from demo.client import Region
from demo.front_end import Browser
from tests.conformance.fapi.server import Server
from tests.support.authenticators import Staff
from tests.support.relying import FrontEnd

PAIRS = 15
ALIKE = (0.75, 1.33)  # the ratio of two medians that a thief cannot use; without equal work it is 0.1 or 10
ATTEMPTS = 4  # a busy machine may spoil one
Ask = Callable[[str], float]


def asks(front_end: FrontEnd, step: str, **typed: str) -> Ask:
    """Sends a form with a name in it; how many seconds the answer takes."""
    form = front_end.form()

    def ask(name: str) -> float:
        sent = {"form": form, **{field: value or name for field, value in typed.items()}}
        begun = time.perf_counter()
        front_end.browser.http.post(step, data=sent)
        return time.perf_counter() - begun

    return ask


def ratio(ask: Ask, known: Iterator[str], unknown: Iterator[str]) -> float:
    """Of the medians of interleaved tries."""
    tries = [(ask(next(known)), ask(next(unknown))) for _ in range(PAIRS)]
    return statistics.median(one for one, _ in tries) / statistics.median(other for _, other in tries)


@pytest.fixture
def desk(here: Region) -> FrontEnd:
    made = FrontEnd(here, "desk", here.callback, Browser.fresh(here.gateway_url))
    made.open()
    return made


@pytest.fixture
def numbers(here: Region, signed_in: Callable[[], FrontEnd]) -> list[str]:
    """Numbers of residents who signed in before."""
    before = len(here.messages_file.read_text().splitlines()) if here.messages_file.exists() else 0
    for _ in range(PAIRS):
        signed_in()
    return [json.loads(line)["to"] for line in here.messages_file.read_text().splitlines()[before:]]


async def test_by_time_staff(desk: FrontEnd, server: Server) -> None:
    """A wrong password takes as long for a member of staff as for nobody: the same hash is worked out for both."""
    names = sorted(Staff.all(desk.region.staff_file))
    ask = asks(desk, "/sign-in/password", staff="", password="x" * 20, code="000000")
    for _ in range(ATTEMPTS):
        await server.rows("DELETE FROM failure")  # so that nobody is paused and every try is looked at
        found = ratio(ask, itertools.cycle(names), (f"staff-{uuid.uuid4()}" for _ in itertools.count()))
        if ALIKE[0] < found < ALIKE[1]:
            return
    pytest.fail(f"known accounts take {found:.2f} of the time of unknown ones")


async def test_by_time_residents(stranger: FrontEnd, server: Server, numbers: list[str]) -> None:
    """A code is asked for in the same time for a number that is known and for one that is not."""
    stranger.open()
    ask, chance = asks(stranger, "/sign-in/phone", phone=""), random.SystemRandom()
    for _ in range(ATTEMPTS):
        await server.rows("DELETE FROM one_time_code")  # so that no number has had its codes for this hour
        found = ratio(ask, itertools.cycle(numbers), (family.phone(chance) for _ in itertools.count()))
        if ALIKE[0] < found < ALIKE[1]:
            return
    pytest.fail(f"known numbers take {found:.2f} of the time of unknown ones")


def test_by_words_staff(desk: FrontEnd) -> None:
    """A wrong password, a wrong code of the authenticator, and nobody of this name read the same."""
    names = ["staff-610118-housing", f"staff-{uuid.uuid4()}"]
    pages = [desk.browser.fill("password", staff=name, password="x" * 20, code="000000") for name in names]
    assert {page.status_code for page in pages} == {403}
    assert pages[0].text == pages[1].text
    assert [sorted(page.headers) for page in pages] == [sorted(pages[0].headers)] * 2


def test_by_words_residents(stranger: FrontEnd, numbers: list[str], phone: str) -> None:
    """The page after asking for a code says the same for everybody, and so do its headers."""
    stranger.open()
    pages = [stranger.browser.fill("phone", phone=number) for number in (numbers[0], phone)]
    assert pages[0].text == pages[1].text
    assert [sorted(page.headers) for page in pages] == [sorted(pages[0].headers)] * 2


def test_a_passkey_names_nobody_beforehand(stranger: FrontEnd) -> None:
    """What an authenticator is asked to sign lists no passkey, so it tells of none."""
    stranger.open()
    asked = stranger.browser.fill("passkey-options").json()
    assert asked.get("allowCredentials", []) == []
    assert asked["userVerification"] == "required"
