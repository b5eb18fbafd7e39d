"""Identity: its record for the app factory, and the two ways to make the app."""

import os

from fastapi import FastAPI

from services.identity.api import account, authorization, clients, organizations, sessions, sign_in, tokens
from services.identity.commands import forget, seed
from shared import app
from shared.bus import Bus
from shared.settings import Settings

SERVICE = app.Service(
    name="identity",
    title="identity",
    routers=(
        tokens.router,
        authorization.router,
        authorization.opening,
        sign_in.router,
        account.router,
        sessions.router,
        organizations.router,
        clients.router,
    ),
    on_start=(seed.take_in,),
    background=(forget.run,),
)


def create(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app with these settings."""
    return app.create_app(SERVICE, settings, bus)


def from_environment() -> FastAPI:
    """The app as production starts it."""
    return create(Settings.load(SERVICE.name, os.environ))
