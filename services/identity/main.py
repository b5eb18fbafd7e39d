"""Identity: its record for the app factory, and the way to make the app."""

from fastapi import FastAPI

from services.identity import resealing, upstream
from services.identity.api import (
    account,
    authorization,
    clients,
    handles,
    helping,
    joining,
    organizations,
    presences,
    sessions,
    sign_in,
    staff,
    tokens,
)
from services.identity.commands import contracts, erasing, forget, keys, seed
from shared import app, sender
from shared.bus import Bus
from shared.contracts import events
from shared.erasure import Erasing
from shared.settings import Settings

SERVICE = app.Service(
    name="identity",
    title="identity",
    routers=(
        tokens.router,
        authorization.router,
        authorization.opening,
        sign_in.router,
        joining.router,
        account.router,
        sessions.router,
        presences.router,
        handles.router,
        helping.router,
        organizations.router,
        clients.router,
        staff.router,
    ),
    events=events.BY_SUBJECT,
    erasing=Erasing(events.IdentityErasureOrdered, erasing.erase),
    checks=(keys.check, sender.check, upstream.check),
    on_start=(seed.take_in, resealing.check),
    background=(forget.run, contracts.keep, resealing.run),
    needs=("grant_key", "token_key"),
)


def create(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app with these settings."""
    return app.create_app(SERVICE, settings, bus)
