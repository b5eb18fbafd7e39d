"""One person's tab in Chromium: what a person does in it, and what went wrong in it without being seen."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, CDPSession, ConsoleMessage, Page

VIOLATIONS = "addEventListener('securitypolicyviolation', (at) => console.error('policy: ' + at.violatedDirective));"
# Chromium reports every answer above 399 as an error; which pages answer so is for the tests to say.
ANSWERED = re.compile(r"^Failed to load resource: the server responded with a status of (403|401|400|422|429)")
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Tab:
    """A page of its own cookie jar; `wrong` collects errors of scripts, of the console and of the content policy."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not ANSWERED.match(message.text):
            self.wrong.append(message.text)

    async def open(self, address: str) -> None:
        """Go to an address."""
        await self.page.goto(address)

    async def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        """Text, into whatever has the focus."""
        await self.page.keyboard.type(text)

    async def click(self, text: str) -> None:
        """The button with this text."""
        await self.page.get_by_role("button", name=text, exact=True).click()

    async def fill(self, **typed: str) -> None:
        """Fields by their ids."""
        for name, text in typed.items():
            await self.page.locator(f"#{name}").fill(text)

    async def reads(self, text: str) -> None:
        """Wait until the page says this."""
        await self.page.get_by_text(text).first.wait_for()

    async def arrived(self, callback: str) -> str:
        """The address at which the front end got the browser back."""
        await self.page.wait_for_url(f"{callback}?**")
        return self.page.url

    async def authenticator(self) -> "Authenticator":
        """An authenticator in this machine that knows its owner (WebAuthn, user verification)."""
        devtools = await self.page.context.new_cdp_session(self.page)
        await devtools.send("WebAuthn.enable")
        made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        return Authenticator(devtools, str(made["authenticatorId"]))

    async def focused(self) -> dict[str, Any]:
        """What has the focus: its name, and whether that can be seen."""
        found: dict[str, Any] = await self.page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at);
                return { name: at.id || at.textContent.trim(),
                         outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth) };
            }"""
        )
        return found


@dataclass(frozen=True)
class Authenticator:
    """Chromium's virtual authenticator (WebAuthn, 11)."""

    devtools: CDPSession
    id: str

    async def credentials(self) -> list[dict[str, Any]]:
        """The passkeys in it."""
        found = await self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    async def verifies(self, owner: bool) -> None:
        """Whether whoever holds it is its owner from now on."""
        await self.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": owner})


@asynccontextmanager
async def tab(chromium: Browser, **context: Any) -> AsyncIterator[Tab]:
    """A tab with nothing in it; fails when something went wrong in it."""
    held = await chromium.new_context(**context)
    held.set_default_timeout(30_000)
    await held.add_init_script(VIOLATIONS)
    made = Tab(await held.new_page())
    yield made
    await held.close()
    assert not made.wrong, made.wrong
