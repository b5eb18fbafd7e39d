"""The authorization endpoint: requests are pushed by the client, then opened by a browser (RFC 9126)."""

from typing import Annotated

from fastapi import Depends, Form, Query, Response

from services.identity import pages
from services.identity.api.browser import BrowserDep
from services.identity.api.tokens import Proof
from services.identity.commands import authorization as commands
from services.identity.commands.signing_in import Step
from services.identity.schemas import authorization as schemas
from shared import requests
from shared.app import rendered
from shared.problems import Problem
from shared.requests import Public, RuntimeDep, SessionDep

router = requests.router()
opening = pages.router()


@router.post(
    "/v1/par", status_code=201, response_model=schemas.PushedOut, dependencies=[Depends(requests.kept_nowhere)]
)
async def push(
    session: SessionDep, runtime: RuntimeDep, _: Public, form: Annotated[schemas.PushForm, Form()], dpop: Proof = ""
) -> schemas.PushedOut | Response:
    """Push an authorization request; the browser is then sent with the reference alone (RFC 9126)."""
    pushed = await commands.push(session, runtime.settings, form, dpop)
    return rendered(pushed) if isinstance(pushed, Problem) else pushed


@opening.get("/v1/authorize")
async def authorize(
    session: SessionDep,
    runtime: RuntimeDep,
    _: Public,
    browser: BrowserDep,
    client_id: Annotated[str, Query(max_length=128)] = "",
    request_uri: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """Open a pushed request: to the sign-in page, or straight back for whoever went on to this client before."""
    begun = await commands.begin(session, runtime.settings, client_id, request_uri, browser.session)
    return pages.shown(Step(location=begun.location, cookies=begun.cookies), runtime.settings)
