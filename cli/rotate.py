"""`jieli rotate`: successors for the platform's own keys, beside the old ones, so that nobody is refused."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from cli.init import compact
from cli.installation import APPS, Directory, Installation
from deploy.local import secrets
from services.identity.rules import keys
from shared import seals


class Step(StrEnum):
    """A key that one app alone uses changes in three steps, with a restart after each."""

    ADD = "add"
    USE = "use"
    DROP = "drop"


NEXT = {
    Step.ADD: "restart them; when all of their processes are new, go on with `use`",
    Step.USE: "restart them; when their metric jieli_under_older_key is 0 everywhere, go on with `drop`",
    Step.DROP: "restart them; one that still needs the old key says so and does not start",
}
Steps = Annotated[Step, typer.Argument(help="add, then use, then drop")]

app = typer.Typer(help="Give the platform's own keys successors, without downtime.", no_args_is_help=True)


@app.command()
def token(directory: Directory) -> None:
    """Add a key that signs access tokens; delete those of which no token is alive any more. Nothing is restarted."""
    folder, now = Installation(directory).token_keys, datetime.now(UTC)
    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is not there: run jieli init")
    fresh = keys.name(now)
    secrets.es256(folder / fresh)
    begins = (now + keys.PUBLISHED_AHEAD).isoformat(timespec="seconds")
    typer.echo(f"{fresh} is published now and signs from {begins}")
    for file in keys.finished([path.name for path in folder.iterdir()], now):
        (folder / file).unlink()
        typer.echo(f"{file} is deleted: its last token ran out")


@app.command()
def grant(directory: Directory) -> None:
    """Give every service a new grant key; each takes the old one as well until the next time."""
    installation = Installation(directory)
    signing = json.loads(installation.read("gateway")["JIELI_GRANT_KEYS"])
    fresh = {service: secrets.hex_key() for service in signing}
    for service, key in fresh.items():
        installation.change(service, JIELI_GRANT_KEY=f"{key},{_first(signing[service])}")
    installation.change("gateway", JIELI_GRANT_KEYS=compact(fresh))
    typer.echo(f"restart {', '.join(fresh)}; when all of them are ready, restart gateway. Not again before that.")


@app.command()
def token_key(directory: Directory) -> None:
    """Change the key that hides whom a resident's token names; the old one opens until the next time."""
    installation = Installation(directory)
    pair = f"{secrets.hex_key()},{_first(installation.read('gateway')['JIELI_TOKEN_KEY'])}"
    for each in ("gateway", "identity"):
        installation.change(each, JIELI_TOKEN_KEY=pair)
    typer.echo("restart gateway; when all of it is ready, restart identity. Not again before that.")


@app.command()
def kek(step: Steps, directory: Directory) -> None:
    """Change the keys that wrap persons' keys; the apps wrap those anew beside the requests."""
    _change(Installation(directory), "JIELI_KEK", APPS, step)


def _change(installation: Installation, setting: str, apps: Iterable[str], step: Step) -> None:
    """One step for each of the apps, or none at all."""
    changed = {each: _stepped(installation.read(each)[setting].split(","), step) for each in apps}
    for each, ring in changed.items():
        installation.change(each, **{setting: ",".join(ring)})
        names = ", ".join(seals.name_of(bytes.fromhex(key)) for key in ring)
        typer.echo(f"{each}: {names}")
    typer.echo(f"The first is used, both are known: {NEXT[step]}.")


def _stepped(ring: list[str], step: Step) -> list[str]:
    if step is Step.ADD and len(ring) == 1:
        return [*ring, secrets.hex_key()]
    if step is Step.USE and len(ring) == 2:
        return ring[::-1]
    if step is Step.DROP and len(ring) == 2:
        return ring[:1]
    raise typer.BadParameter(f"{step} is not the next step: there {'is one key' if len(ring) == 1 else 'are two keys'}")


def _first(key: str) -> str:
    """The key that is used now."""
    return key.partition(",")[0]
