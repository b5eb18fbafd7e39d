"""Referrals: its record for the app factory, and the way to make the app."""

from fastapi import FastAPI

from services.referrals import api, handlers
from services.referrals.commands import clock, erasing, intake
from shared import app
from shared.bus import Bus
from shared.contracts import events
from shared.erasure import Erasing
from shared.settings import Settings

SERVICE = app.Service(
    name="referrals",
    title="referrals",
    routers=(api.router,),
    handlers=handlers.HANDLERS,
    events=events.BY_SUBJECT,
    erasing=Erasing(events.ReferralsErasureOrdered, erasing.erase),
    on_start=(intake.trust_vocabulary,),
    background=(clock.keep,),
)


def create(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app with these settings."""
    return app.create_app(SERVICE, settings, bus)
