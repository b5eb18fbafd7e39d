"""One browser signing in: by password and authenticator, by a code, by a key on paper, by a passkey; then back."""

import functools
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.commands import authorization, codes, devices, paper, passkeys, passwords, sessions
from services.identity.commands.codes import Holder, Message
from services.identity.commands.passwords import Typed
from services.identity.queries import sessions as queries
from services.identity.rules import authorization as rules
from services.identity.rules import paper as paper_rules
from services.identity.rules import secrets, sign_in
from services.identity.rules.sessions import METHODS, PAPER, Proof, at_least
from services.identity.rules.upstream import UPSTREAM_INSTEAD
from services.identity.tables import Authorization, Session
from shared import problems
from shared.problems import Problem
from shared.runtime import Runtime

KIND = problems.kind(
    403, "sign-in-kind", "This account is not for this application", "Staff sign in at a desk, residents at the portal."
)
ELSEWHERE = problems.kind(
    403,
    "sign-in-elsewhere",
    "This application is not of your organisation",
    "Use one of your own organisation, or of one above it.",
)
LEVEL = problems.kind(
    403, "sign-in-level", "This service wants a surer way to sign in", "Use a passkey, or password and authenticator."
)


@dataclass(frozen=True)
class Browser:
    """What a browser keeps: the secret of a sign-in under way, of its session, and the mark of an earlier success."""

    sign_in: str = ""
    session: str = ""
    device: str = ""


@dataclass(frozen=True)
class Step:
    """What the browser is shown: the next page with its form's token, or where to go; `cookies` to keep, by name.

    `held`: who is signed in already and may go on.
    """

    page: str = ""
    form: str = ""
    kind: str = ""
    client: str = ""
    organisation: str = ""
    held: Session | None = None
    problem: Problem | None = None
    location: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    message: Message | None = None


@dataclass(frozen=True)
class SigningIn:
    """A sign-in under way: its transaction, its browser, what it is for."""

    session: AsyncSession
    runtime: Runtime
    browser: Browser
    asked: Authorization

    @classmethod
    async def at(
        cls, session: AsyncSession, runtime: Runtime, browser: Browser, form: str | None = None
    ) -> "SigningIn":
        """The sign-in of this browser; 400 when there is none, or the form is not ours (CSRF)."""
        digest = secrets.digest(browser.sign_in)
        asked = await queries.opened(session, digest, datetime.now(UTC)) if browser.sign_in else None
        if asked is None:
            raise rules.INVALID_REQUEST("There is nothing to sign in for, or it took too long. Begin again.")
        if form is not None and not secrets.same(form, token(runtime, browser.sign_in)):
            raise rules.INVALID_REQUEST("This form is not of this sign-in. Begin again.")
        return cls(session, runtime, browser, asked)

    async def shown(self, page: str = "", problem: Problem | None = None, message: Message | None = None) -> Step:
        """The page to show; by default the first one for whoever is to sign in."""
        kind = rules.kind(self.asked.scope)
        first = "upstream" if kind == "staff" and self.runtime.settings.upstream_issuer else kind
        client, organisation = await authorization.client_name(self.session, self.asked)
        held = None if page else await authorization.signed_in(self.session, self.asked, self.browser.session)
        return Step(
            page=page or first,
            form=token(self.runtime, self.browser.sign_in),
            kind=kind,
            client=client,
            organisation=organisation,
            held=held,
            problem=problem,
            message=message,
        )

    async def go_on(self) -> Step:
        """Whoever is signed in wants to go on to this client; who is not any more signs in."""
        held = await authorization.signed_in(self.session, self.asked, self.browser.session)
        if held is None:
            return await self.shown()
        location = authorization.answer(self.runtime.settings, self.asked, held)
        return Step(location=location, cookies={"jieli_sign_in": ""})

    async def by_password(self, typed: Typed) -> Step:
        """Staff by password and authenticator."""
        settings = self.runtime.settings
        nonce = devices.known(settings, typed.staff, self.browser.device)
        problem = await passwords.prove(self.session, settings, Typed(typed.staff, typed.password, typed.code, nonce))
        if problem:
            return await self.shown(problem=problem)
        kept = {"jieli_device": devices.mark(settings, typed.staff, nonce)}
        return await self.done(Proof("staff", typed.staff, "password_totp"), kept)

    async def by_phone(self, typed: str) -> Step:
        """A code goes to the number that the resident types; the next page is the same whatever it is."""
        try:
            holder = Holder(self.browser.sign_in, self.browser.device)
            words = functools.partial(sign_in.message, self.runtime.settings.region_name)
            message = await codes.make(self.session, self.runtime, holder, typed, words)
        except Problem as problem:
            return await self.shown(problem=problem)
        return await self.shown("code", message=message)

    async def by_code(self, typed: str) -> Step:
        """A resident by the code that was sent."""
        proven = await codes.prove(self.session, self.runtime, self.browser.sign_in, typed)
        if isinstance(proven, Problem):
            return await self.shown("code", proven)
        kept = {"jieli_device": devices.mark(self.runtime.settings, proven.tag.hex())}
        young = paper_rules.counts(proven.paper_until, datetime.now(UTC))
        return await self.done(Proof("resident", str(proven.person), "phone_code", young), kept)

    async def by_paper(self, key: str, pin: str) -> Step:
        """A resident by a key on paper and the digits in her mind."""
        try:
            proven = await paper.prove(self.session, self.runtime.settings, key, pin)
        except Problem as problem:
            return await self.shown("paper", problem)
        if isinstance(proven, Problem):
            return await self.shown("paper", proven)
        return await self.done(Proof("resident", str(proven.person), PAPER, on_paper=True), {})

    async def by_passkey(self, credential: str) -> Step:
        """Staff or a resident by a passkey."""
        found = await passkeys.prove(self.session, self.runtime.settings, self.browser.sign_in, credential)
        if isinstance(found, Problem):
            return await self.shown(problem=found)
        young = paper_rules.counts(found.paper_until, datetime.now(UTC))
        return await self.done(Proof(found.kind, found.subject, "passkey", young), {})

    async def done(self, proof: Proof, kept: dict[str, str]) -> Step:
        """Signed in: a session, a code, and back to the client that wants just that; `kept` are cookies."""
        if proof.kind != rules.kind(self.asked.scope):
            return await self.shown(problem=KIND())
        if not await authorization.serves(self.session, self.asked, proof.kind, proof.subject):
            return await self.shown(problem=ELSEWHERE())
        if not at_least(METHODS[proof.method], self.asked.level):
            return await self.shown(problem=LEVEL())
        if proof.kind == "staff" and self.runtime.settings.upstream_issuer and proof.method != "upstream":
            return await self.shown(problem=UPSTREAM_INSTEAD())
        held, secret = await sessions.start(self.session, proof)
        location = authorization.answer(self.runtime.settings, self.asked, held)
        return Step(location=location, cookies={**kept, "jieli_session": secret, "jieli_sign_in": ""})

    async def cancelled(self) -> Step:
        """Whoever should sign in does not want to."""
        return Step(location=authorization.refuse(self.runtime.settings, self.asked), cookies={"jieli_sign_in": ""})


def token(runtime: Runtime, secret: str) -> str:
    """What a form of this browser carries, so that no other site can send it."""
    return secrets.keyed(runtime.settings.index_key, "form", secret).hex()
