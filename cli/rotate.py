"""`jieli rotate`: successors for the platform's own keys, beside the old ones, so that nobody is refused."""

import json
from datetime import UTC, datetime

import typer

from cli.init import compact
from cli.installation import Directory, Installation
from deploy.local import secrets
from services.identity.rules import keys

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


def _first(key: str) -> str:
    """The key that is used now."""
    return key.partition(",")[0]
