"""Identity: its record for the app factory, and the two ways to make the app."""

import os

from fastapi import FastAPI

from services.identity import api, commands
from shared import app
from shared.bus import Bus
from shared.settings import Settings

SERVICE = app.Service(name="identity", title="identity", routers=(api.router,), on_start=(commands.seed,))


def create(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app with these settings."""
    return app.create_app(SERVICE, settings, bus)


def from_environment() -> FastAPI:
    """The app as production starts it."""
    return create(Settings.load(SERVICE.name, os.environ))
