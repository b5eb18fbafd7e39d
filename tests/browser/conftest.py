"""A real Chromium, a front end that it comes back to, and the staff and residents who sign in."""

import random
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser as Chromium

from demo import family
from demo.client import Region
from demo.front_end import Browser
from tests.browser import chromium as browsers
from tests.browser.tab import Tab, tab
from tests.support.authenticators import Staff
from tests.support.launched import Installation
from tests.support.relying import FrontEnd


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    async with browsers.launched() as browser:
        yield browser


@pytest.fixture(scope="session")
async def callback() -> AsyncIterator[str]:
    async with browsers.callback() as address:
        yield address


@pytest.fixture(scope="session")
def region(platform: Installation) -> Region:
    return platform.regions()["receiving"]


@pytest.fixture
def desk(region: Region, callback: str) -> FrontEnd:
    return FrontEnd(region, "desk", callback, Browser.fresh(region.gateway_url))


@pytest.fixture
def portal(region: Region, callback: str) -> FrontEnd:
    return FrontEnd(region, "portal", callback, Browser.fresh(region.gateway_url))


@pytest.fixture
async def person(chromium: Chromium) -> AsyncIterator[Tab]:
    """Somebody at a browser without cookies."""
    async with tab(chromium) as made:
        yield made


@pytest.fixture(scope="session")
def staff(region: Region) -> Callable[[], Staff]:
    """A member of staff whom no other test signs in."""
    names = iter(sorted(Staff.all(region.staff_file)))
    return lambda: Staff(next(names), region.staff_file)


@pytest.fixture
def phone() -> str:
    """A number that nobody has."""
    return family.phone(random.SystemRandom())
