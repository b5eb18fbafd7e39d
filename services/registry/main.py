"""Registry: its record for the app factory, and the way to make the app."""

from fastapi import FastAPI

from services.registry import handlers, loading, messages, reindexing
from services.registry.api import (
    consents,
    directory,
    govstack,
    imports,
    merging,
    notices,
    oversight,
    people,
    records,
    rights,
    writings,
)
from services.registry.commands import directory as directory_commands
from services.registry.commands import erasing, receipts
from services.registry.queries import notices as notice_queries
from shared import app, sender
from shared.bus import Bus
from shared.contracts import events
from shared.erasure import Erasing
from shared.settings import Settings

SERVICE = app.Service(
    name="registry",
    title="registry",
    routers=(
        *(directory.router, imports.router, people.router, writings.router, merging.router),
        *(notices.router, consents.router, govstack.router, records.router, rights.router, oversight.router),
    ),
    handlers=handlers.HANDLERS,
    events=events.BY_SUBJECT,
    checks=(sender.check, receipts.check, notice_queries.check),
    on_start=(receipts.ensure_key, directory_commands.load_reference),
    erasing=Erasing(events.RegistryErasureOrdered, erasing.erase),
    background=(messages.match, messages.deliver, messages.compare, messages.settle, loading.load, reindexing.run),
)


def create(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """The app with these settings."""
    return app.create_app(SERVICE, settings, bus)
