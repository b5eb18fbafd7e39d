"""Whoever is signed in at a browser, and what they may do with their own sign-in."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import sessions
from services.identity.commands.signing_in import Browser, token
from services.identity.rules import authorization as rules
from services.identity.rules import secrets
from services.identity.tables import Session
from shared import problems
from shared.runtime import Runtime

SIGNED_OUT = problems.kind(
    401, "signed-out", "Nobody is signed in here", "Sign in at the service that you use, then come back."
)


@dataclass(frozen=True)
class Account:
    """Somebody at their own account."""

    session: AsyncSession
    runtime: Runtime
    browser: Browser
    held: Session

    @property
    def form(self) -> str:
        """What the forms of this page carry."""
        return token(self.runtime, self.browser.session)

    def confirm(self, form: str) -> None:
        """400 when a form is not of this page (CSRF)."""
        if not secrets.same(form, self.form):
            raise rules.INVALID_REQUEST("This form is not of this page. Load it again.")


async def at(session: AsyncSession, runtime: Runtime, browser: Browser) -> Account:
    """Whoever is signed in at this browser, or 401."""
    held = await sessions.current(session, browser.session)
    if held is None:
        raise SIGNED_OUT()
    return Account(session, runtime, browser, held)
