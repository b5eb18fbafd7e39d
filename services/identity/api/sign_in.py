"""Pages on which people sign in; each leads back to the client that asked for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Form, Query, Request, Response

from services.identity import pages
from services.identity.api.browser import BrowserDep
from services.identity.commands import codes, passkeys, passwords
from services.identity.commands.passwords import Typed
from services.identity.commands.signing_in import SigningIn
from services.identity.commands.upstream import Away
from services.identity.schemas import sign_in as schemas
from shared.requests import Public, RuntimeDep, SessionDep, transaction

router = pages.router()


async def away(request: Request, runtime: RuntimeDep, grant: Public, browser: BrowserDep) -> Away:
    """A browser on its way to another provider or back."""
    return Away(runtime, browser, asynccontextmanager(transaction)(request, runtime, grant))


AwayDep = Annotated[Away, Depends(away)]


@router.get("/sign-in")
async def sign_in(session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep) -> Response:
    """The page to begin with, for staff or residents as the client asked."""
    at = await SigningIn.at(session, runtime, browser)
    return pages.shown(await at.shown(), runtime.settings)


async def place_to_wait(_: Public) -> AsyncIterator[None]:
    """A place among those whose password is looked at, before the database is touched."""
    async with passwords.place_to_wait():
        yield


@router.post("/sign-in/go-on")
async def go_on(
    session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep, form: Annotated[schemas.PageForm, Form()]
) -> Response:
    """Whoever is signed in lets another client use the sign-in."""
    at = await SigningIn.at(session, runtime, browser, form.form)
    return pages.shown(await at.go_on(), runtime.settings)


@router.post("/sign-in/password", dependencies=[Depends(place_to_wait, scope="function")])
async def password(
    session: SessionDep,
    runtime: RuntimeDep,
    _: Public,
    browser: BrowserDep,
    form: Annotated[schemas.PasswordForm, Form()],
) -> Response:
    """Staff by password and authenticator."""
    at = await SigningIn.at(session, runtime, browser, form.form)
    step = await at.by_password(Typed(form.staff, form.password, form.code, ""))
    return pages.shown(step, runtime.settings)


@router.post("/sign-in/phone")
async def phone(
    session: SessionDep,
    runtime: RuntimeDep,
    browser: BrowserDep,
    form: Annotated[schemas.PhoneForm, Form()],
    later: BackgroundTasks,
    _: Public,
) -> Response:
    """Send a code to a resident's phone."""
    at = await SigningIn.at(session, runtime, browser, form.form)
    step = await at.by_phone(form.phone)
    later.add_task(codes.deliver, runtime, step.message)
    return pages.shown(step, runtime.settings)


@router.post("/sign-in/code")
async def code(
    session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep, form: Annotated[schemas.CodeForm, Form()]
) -> Response:
    """A resident by the code that was sent."""
    at = await SigningIn.at(session, runtime, browser, form.form)
    return pages.shown(await at.by_code(form.code), runtime.settings)


@router.get("/sign-in/paper")
async def ask_for_paper(session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep) -> Response:
    """The page for a resident without a phone."""
    at = await SigningIn.at(session, runtime, browser)
    return pages.shown(await at.shown("paper"), runtime.settings)


@router.post("/sign-in/paper")
async def paper(
    session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep, form: Annotated[schemas.PaperForm, Form()]
) -> Response:
    """A resident by a key on paper."""
    at = await SigningIn.at(session, runtime, browser, form.form)
    return pages.shown(await at.by_paper(form.key, form.pin), runtime.settings)


@router.post("/sign-in/passkey-options")
async def passkey_options(
    session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep, form: Annotated[schemas.PageForm, Form()]
) -> Response:
    """What the authenticator has to sign (WebAuthn)."""
    await SigningIn.at(session, runtime, browser, form.form)
    options = await passkeys.ask(session, runtime.settings, browser.sign_in)
    return Response(options, media_type="application/json", headers=pages.GUARDS)


@router.post("/sign-in/passkey")
async def passkey(
    session: SessionDep,
    runtime: RuntimeDep,
    _: Public,
    browser: BrowserDep,
    form: Annotated[schemas.CredentialForm, Form()],
) -> Response:
    """Anybody by a passkey."""
    at = await SigningIn.at(session, runtime, browser, form.form)
    return pages.shown(await at.by_passkey(form.credential), runtime.settings)


@router.post("/sign-in/upstream")
async def leave(away: AwayDep, form: Annotated[schemas.PageForm, Form()]) -> Response:
    """Staff to the sign-in of their own organisation (OpenID Connect)."""
    return pages.shown(await away.leave(form.form), away.runtime.settings)


@router.get("/sign-in/upstream-back")
async def come_back(away: AwayDep, answer: Annotated[schemas.UpstreamAnswer, Query()]) -> Response:
    """Staff back from the sign-in of their own organisation."""
    return pages.shown(await away.come_back(answer.model_dump()), away.runtime.settings)


@router.post("/sign-in:cancel")
async def cancel(
    session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep, form: Annotated[schemas.PageForm, Form()]
) -> Response:
    """Back without signing in."""
    at = await SigningIn.at(session, runtime, browser, form.form)
    return pages.shown(await at.cancelled(), runtime.settings)


@router.get("/sign-in/style.css")
async def style(_: Public) -> Response:
    """How the pages look."""
    return pages.asset("style.css", "text/css")


@router.get("/sign-in/script.js")
async def script(_: Public) -> Response:
    """Passkeys in the browser."""
    return pages.asset("script.js", "text/javascript")
