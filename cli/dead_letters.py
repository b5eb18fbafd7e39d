"""`jieli dead-letters`: events that an app could not take, and handing them in again once the cause is mended.

`python -m cli.dead_letters` is the same where nothing but the apps is installed.
"""

import asyncio
import importlib
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from shared import db, telemetry
from shared.app import Service
from shared.inbox import Inbox
from shared.settings import Settings, in_turn

app = typer.Typer(help="Events that an app could not take.", no_args_is_help=True, pretty_exceptions_enable=False)
App = Annotated[str, typer.Argument(help="identity, registry, referrals, cases or gateway")]
Environment = Annotated[
    Path | None, typer.Option(help="a JSON file with the app's settings (.run/<region>/secrets/environment.json)")
]


@app.command("list")
def show(name: App, environment: Environment = None) -> None:
    """Print what waits: when, event, number within its record, reason, trace. The contents stay sealed."""
    asyncio.run(_show(name, _settings(name, environment)))


@app.command()
def replay(name: App, environment: Environment = None) -> None:
    """Hand everything in again, in order per record; the exit code is 1 while something still cannot be taken."""
    left = asyncio.run(_replay(name, _settings(name, environment)))
    raise typer.Exit(1 if left else 0)


def _settings(name: str, environment: Path | None) -> Settings:
    given: Mapping[str, str] = json.loads(environment.read_text("utf-8")) if environment else os.environ
    settings = Settings.load(name, given)
    telemetry.configure_logs(settings)
    return settings


async def _show(name: str, settings: Settings) -> None:
    async with _inbox(name, settings) as inbox:
        for letter in await inbox.letters():
            record = f"{letter.aggregate} #{letter.seq}"
            typer.echo(f"{letter.at:%Y-%m-%d %H:%M:%S}  {letter.subject}  {record}  {letter.reason}  {letter.trace}")


async def _replay(name: str, settings: Settings) -> int:
    async with _inbox(name, settings) as inbox:
        handled = await inbox.replay()
        left = len(await inbox.letters())
    typer.echo(f"{handled} handled, {left} left")
    return left


@asynccontextmanager
async def _inbox(name: str, settings: Settings) -> AsyncIterator[Inbox]:
    module = "gateway.main" if name == "gateway" else f"services.{name}.main"
    service: Service = importlib.import_module(module).SERVICE
    engine = db.engine(settings.database_url, 2)
    try:
        yield Inbox(db.session_maker(engine), service.handlers, service.events, in_turn(settings.kek))
    finally:
        await engine.dispose()


if __name__ == "__main__":
    app()
