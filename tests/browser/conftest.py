"""A real Chromium, a front end that it comes back to, and the staff and residents who sign in."""

import os
import random
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from demo import family
from demo.client import Region
from demo.front_end import Browser
from tests.browser.tab import Tab, tab
from tests.support.authenticators import Staff
from tests.support.launched import Installation
from tests.support.relying import FrontEnd

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BACK = "<!doctype html><html lang='zh-Hans'><meta charset='utf-8'><title>前端 Front end</title><p>已登录 Signed in"


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """The browser of the system; JIELI_CHROMIUM names another."""
    async with async_playwright() as playwright:
        path = os.environ.get("JIELI_CHROMIUM", "/usr/bin/chromium")
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=60_000)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def callback() -> AsyncIterator[str]:
    """A page of the front end, at a port that is free; the address to come back to."""

    async def back(_: web.Request) -> web.Response:
        return web.Response(text=BACK, content_type="text/html")

    async def icon(_: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.router.add_get("/callback", back)
    app.router.add_get("/favicon.ico", icon)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"{site.name}/callback"
    await runner.cleanup()


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
