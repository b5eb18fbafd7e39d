"""`jieli agreements`: a folder of agreements against what is in the database, shown before anything changes.

`python -m cli.agreements` is the same where nothing but the apps is installed.
"""

import asyncio
import difflib
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.agreements import commands, files, queries, rules
from gateway.agreements.rules import Agreement
from shared import db
from shared.contracts import vocabulary
from shared.problems import Problem
from shared.settings import Settings, SettingsError

app = typer.Typer(help="Agreements as files.", no_args_is_help=True, pretty_exceptions_enable=False)
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="a folder of *.yaml files")]
Environment = Annotated[
    Path | None, typer.Option(help="a JSON file with the gateway's settings (.run/<region>/secrets/environment.json)")
]
HEADING = ("agreement_id", "version", "supersedes", "state")  # what the heading says of a version
VOID = "! purposes, fields, recipient or storage differ: consents to the version before open nothing under this one"


class Exit(IntEnum):
    """What the exit code says."""

    NOTHING = 0
    WRONG = 1
    CHANGES = 2


@dataclass(frozen=True)
class Planned:
    """One agreement that would change: what happens, and the lines that differ."""

    heading: str
    lines: tuple[str, ...]


@app.command()
def plan(directory: Folder, environment: Environment = None) -> None:
    """Show what `apply` would change. Exit code 0: nothing; 2: something; 1: it would be refused."""
    planned = _run(directory, environment, keep=False)
    raise typer.Exit(Exit.CHANGES if planned else Exit.NOTHING)


@app.command()
def apply(directory: Folder, environment: Environment = None) -> None:
    """Change it, all or nothing, and show what changed. Exit code 0: done, or nothing to do; 1: refused as a whole.

    The gateways take it within a second; a suspension or an end from the next call on.
    """
    _run(directory, environment, keep=True)


def _run(directory: Path, environment: Path | None, *, keep: bool) -> list[Planned]:
    try:
        given: Mapping[str, str] = json.loads(environment.read_text("utf-8")) if environment else os.environ
        settings = Settings.load("gateway", given)
        wanted = files.read(directory, vocabulary.load(settings.vocabulary_key))
        planned = asyncio.run(_applied(settings, wanted, keep))
    except (SettingsError, files.AgreementsError, commands.AppliedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(Exit.WRONG) from None
    for each in planned:
        typer.echo("\n".join((each.heading, *(f"    {line}" for line in each.lines))))
    if not planned:
        typer.echo("nothing to change")
    return planned


async def _applied(settings: Settings, wanted: list[Agreement], keep: bool) -> list[Planned]:
    """Apply everything and keep it, or not: so that a plan is refused for whatever applying would be."""
    async with _session(settings) as session, session.begin() as transaction:
        await commands.alone(session)
        compared = []
        for each in commands.in_order(wanted):
            compared.append(await _compared(session, each))
            await commands.apply_one(session, each, settings.region)
        if not keep:
            await transaction.rollback()
    return [each for each in compared if each]


async def _compared(session: AsyncSession, agreement: Agreement) -> Planned | None:
    row = await queries.locked(session, agreement.agreement_id, agreement.version)
    name = f"{agreement.agreement_id} version {agreement.version}"
    if row is not None:
        state = rules.after_file(row.state, agreement.state)
        return None if state == row.state else Planned(f"~ {name}: {row.state} -> {state}", ())
    before = await queries.current(session, agreement.agreement_id)
    if before is None:
        return Planned(f"+ {name}: {agreement.state}", tuple(f"+ {line}" for line in _text(agreement)))
    heading = f"+ {name}: {agreement.state}, after version {before.version} ({before.state})"
    try:
        old = queries.agreement(before)
    except Problem:
        return Planned(heading, ())  # applying it is refused, and says why
    consents = () if rules.consent_hash(old) == rules.consent_hash(agreement) else (VOID,)
    return Planned(heading, (*_differing(old, agreement), *consents))


def _differing(old: Agreement, new: Agreement) -> Iterator[str]:
    for line in difflib.unified_diff(_text(old), _text(new), lineterm="", n=1):
        if not line.startswith(("---", "+++", "@@")):
            yield f"{line[0]} {line[1:]}"


def _text(agreement: Agreement) -> list[str]:
    """The agreement as a file would say it, without what the heading says."""
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(agreement))
    for name in HEADING:
        told.pop(name)
    text: str = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110)
    return text.splitlines()


@asynccontextmanager
async def _session(settings: Settings) -> AsyncIterator[AsyncSession]:
    engine = db.engine(settings.database_url, 1)
    try:
        async with db.session_maker(engine)() as session:
            yield session
    finally:
        await engine.dispose()


if __name__ == "__main__":
    app()
