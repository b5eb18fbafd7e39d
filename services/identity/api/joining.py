"""Pages on which invited staff choose their password and set up their authenticator."""

from typing import Annotated

import segno
from fastapi import Form, Response

from services.identity import pages
from services.identity.commands import joining as commands
from services.identity.commands.joining import Chosen
from services.identity.schemas import sign_in as schemas
from shared.requests import Public, RuntimeDep, SessionDep

router = pages.router()


@router.get("/sign-in/join")
async def ask(_: Public) -> Response:
    """Where the invitation is typed in, or comes with the link."""
    return pages.page("join", invitation="", approval="", staff="", totp="", picture="")


@router.post("/sign-in/join")
async def show(
    session: SessionDep, runtime: RuntimeDep, _: Public, form: Annotated[schemas.InvitationForm, Form()]
) -> Response:
    """A password to choose, and an authenticator to set up."""
    staff = await commands.invited(session, form.invitation, form.approval)
    totp, address = commands.authenticator(runtime.settings, staff.id)
    picture = segno.make(address, micro=False).svg_data_uri(scale=4)
    typed = form.model_dump()
    return pages.page("join", **typed, staff=staff.id, totp=totp, picture=picture)


@router.post("/sign-in/joined")
async def join(
    session: SessionDep, runtime: RuntimeDep, _: Public, form: Annotated[schemas.JoinForm, Form()]
) -> Response:
    """Joined: from now on the member of staff signs in at the desk."""
    chosen = Chosen(**form.model_dump())
    staff = await commands.join(session, runtime, chosen)
    return pages.page("joined", staff=staff.id)
