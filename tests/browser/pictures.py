"""Takes the pictures of the sign-in for docs/ again: `make pictures`, while `make run` runs in another shell."""

import asyncio
import os
import random

from demo import client, family
from demo.front_end import Browser
from deploy.local import places
from tests.browser import chromium, flows
from tests.browser.tab import Tab, tab
from tests.support.relying import FrontEnd

DOCS = places.ROOT / "docs"
SIZE = {"width": 480, "height": 480}


async def taken(person: Tab, name: str) -> None:
    """The whole page."""
    await person.page.screenshot(path=DOCS / f"{name}.png", full_page=True)
    print(f"docs/{name}.png")


async def main() -> None:
    """Staff at the desk, a resident at the portal, and her own page."""
    region = client.regions(places.run_directory(os.environ) / "demonstration.json")["receiving"]
    async with chromium.launched() as browser, chromium.callback() as back, tab(browser, viewport=SIZE) as person:
        desk, portal = (FrontEnd(region, name, back, Browser.fresh(region.gateway_url)) for name in ("desk", "portal"))
        await person.authenticator()
        await person.open(desk.address())
        await taken(person, "sign-in-staff")
        await person.open(portal.address())
        await taken(person, "sign-in-resident")
        await flows.resident(person, portal, family.phone(random.SystemRandom()))
        await flows.add_passkey(person, portal)
        await taken(person, "account")


if __name__ == "__main__":
    asyncio.run(main())
