"""Cases: its record for the app factory, and the way to make the app."""

from fastapi import FastAPI

from services.cases import api, commands, handlers
from services.cases.commands import erasing
from shared import app, sender
from shared.bus import Bus
from shared.contracts import events
from shared.erasure import Erasing
from shared.settings import Settings

SERVICE = app.Service(
    name="cases",
    title="mediation cases",
    routers=(api.router,),
    handlers=handlers.HANDLERS,
    events=events.BY_SUBJECT,
    erasing=Erasing(events.CasesErasureOrdered, erasing.erase),
    checks=(sender.check,),
    on_start=(commands.check_vocabulary,),
)


def create(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app with these settings."""
    return app.create_app(SERVICE, settings, bus)
