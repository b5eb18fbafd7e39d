"""The page of one's own sign-in: passkeys and sessions."""

import uuid
from typing import Annotated

from fastapi import Depends, Form, Response
from fastapi.responses import RedirectResponse
from webauthn.helpers import bytes_to_base64url

from services.identity import pages
from services.identity.api.browser import BrowserDep
from services.identity.commands import account as commands
from services.identity.commands import passkeys, sessions
from services.identity.commands.account import Account
from services.identity.queries import passkeys as queries
from services.identity.queries import sessions as held
from services.identity.schemas import sign_in as schemas
from shared.requests import Public, RuntimeDep, SessionDep

router = pages.router()
Confirmed = Annotated[schemas.PageForm, Form()]


async def own(session: SessionDep, runtime: RuntimeDep, _: Public, browser: BrowserDep) -> Account:
    """Whoever is signed in at this browser."""
    return await commands.at(session, runtime, browser)


async def own_passkey(
    session: SessionDep, runtime: RuntimeDep, who: Public, browser: BrowserDep, passkey: str
) -> Account:
    """The same, with a passkey locked before the session: in the order of what ends all of both."""
    await passkeys.locked(session, passkey)
    return await own(session, runtime, who, browser)


Own = Annotated[Account, Depends(own, scope="function")]
OwnPasskey = Annotated[Account, Depends(own_passkey, scope="function")]


@router.get("/account")
async def account(at: Own) -> Response:
    """Passkeys and sessions of whoever is signed in."""
    kept = await queries.of(at.session, at.held.kind, at.held.subject)
    return pages.page(
        "account",
        form=at.form,
        passkeys=[{"made_at": key.made_at, "name": bytes_to_base64url(key.id)} for key in kept],
        sessions=await held.open_of(at.session, at.held.kind, at.held.subject),
        current=at.held.id,
        most=passkeys.MOST,
        fresh=at.fresh,
    )


@router.post("/account/passkey-options")
async def new_passkey_options(at: Own, form: Confirmed) -> Response:
    """What the authenticator needs to make a passkey (WebAuthn)."""
    at.confirm(form.form)
    at.check_fresh()
    options = await passkeys.offer(at.session, at.runtime.settings, at.browser.session, at.held)
    return Response(options, media_type="application/json", headers=pages.GUARDS)


@router.post("/account/passkeys")
async def add_passkey(at: Own, form: Annotated[schemas.CredentialForm, Form()]) -> Response:
    """Keep a new passkey, within five minutes of a sign-in."""
    at.confirm(form.form)
    at.check_fresh()
    await passkeys.add(at.session, at.runtime.settings, at.browser.session, at.held, form.credential)
    return RedirectResponse("/account", 303)


@router.post("/account/passkeys/{passkey}:remove")
async def remove_passkey(at: OwnPasskey, passkey: str, form: Confirmed) -> Response:
    """Forget a passkey."""
    at.confirm(form.form)
    await passkeys.remove(at.session, at.held, passkey)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/{session_id}:end")
async def end_session(at: Own, session_id: uuid.UUID, form: Confirmed) -> Response:
    """Sign out, here or elsewhere."""
    at.confirm(form.form)
    await sessions.end_own(at.session, at.held.kind, at.held.subject, session_id)
    answer = RedirectResponse("/account", 303)
    if session_id == at.held.id:
        pages.keep(answer, at.runtime.settings, {"jieli_session": ""})
    return answer
