"""What a browser brings: its cookies."""

from typing import Annotated

from fastapi import Cookie, Depends

from services.identity.commands.signing_in import Browser

Secret = Annotated[str, Cookie(max_length=256)]


async def browser(jieli_sign_in: Secret = "", jieli_session: Secret = "", jieli_device: Secret = "") -> Browser:
    """The cookies of ours."""
    return Browser(jieli_sign_in, jieli_session, jieli_device)


BrowserDep = Annotated[Browser, Depends(browser)]
