"""The browser of the system, and a page of a front end that it comes back to."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from playwright.async_api import Browser, async_playwright

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


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Chromium, until the block ends; JIELI_CHROMIUM names another than the system's."""
    async with async_playwright() as playwright:
        path = os.environ.get("JIELI_CHROMIUM", "/usr/bin/chromium")
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=60_000)
        yield browser
        await browser.close()


@asynccontextmanager
async def callback() -> AsyncIterator[str]:
    """The address at which a front end waits, at a free port of this machine, until the block ends."""

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
