"""Whoever is signed in at a browser, and what they may do with their own sign-in."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import sessions
from services.identity.commands.signing_in import Browser, token
from services.identity.rules import authorization as rules
from services.identity.rules import secrets
from services.identity.rules.sessions import is_fresh
from services.identity.tables import Session
from shared import problems
from shared.runtime import Runtime

SIGNED_OUT = problems.kind(
    401, "signed-out", "Nobody is signed in here", "Sign in at the service that you use, then come back."
)

TOO_OLD = problems.kind(
    401,
    "sign-in-too-old",
    "This wants a fresh sign-in",
    "Sign in anew at the service that you use, then come back within five minutes.",
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

    @property
    def fresh(self) -> bool:
        """Whether they signed in so lately that they may add a way in."""
        return is_fresh(self.held.authenticated_at, datetime.now(UTC))

    def check_fresh(self) -> None:
        """401 `sign-in-too-old` where whoever holds this browser may not be who signed in."""
        if not self.fresh:
            raise TOO_OLD()

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
