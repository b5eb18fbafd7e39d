"""`jieli rotate`: successors for the platform's own keys, beside the old ones, so that nobody is refused."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from joserfc.jwk import ECKey

from cli.init import compact
from cli.installation import APPS, Directory, Installation
from deploy.local import secrets
from services.identity.rules import keys
from services.registry.commands import receipts as receipt_keys
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
# Nothing tells of a code that was sent or an answer that was kept: they run out.
NEXT_OF_INDEXES = NEXT | {
    Step.USE: "restart them; after 30 days, when registry's jieli_under_older_key is 0, go on with `drop`",
    Step.DROP: "restart them; what was sent or kept under the old key is not known any more",
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


@app.command()
def index_key(step: Steps, directory: Directory) -> None:
    """Change the keys of indexes; registry makes its indexes anew beside the requests."""
    _change(Installation(directory), "JIELI_INDEX_KEY", ("registry", "referrals", "cases"), step, NEXT_OF_INDEXES)


@app.command()
def seal_key(step: Steps, directory: Directory) -> None:
    """Change the key that hides whom a thing is about; what older keys sealed is opened as long as those are there."""
    if step is Step.DROP:
        raise typer.BadParameter("what is sealed under the old key is opened by it for good: it stays")
    _change(Installation(directory), "JIELI_SEAL_KEY", ("gateway",), step)


@app.command()
def receipts(directory: Directory) -> None:
    """Give receipts of consents a new key; of the old one only the public half stays, by which its receipts hold."""
    folder = Installation(directory).directory / "registry"
    older = receipt_keys.files(folder)
    if not older:
        raise typer.BadParameter(f"{folder} holds no key of receipts: run jieli init")
    fresh = folder / receipt_keys.successor(datetime.now(UTC))
    secrets.write_private(fresh, json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))
    for file in older:
        held = ECKey.import_key(json.loads(file.read_text(encoding="utf-8")))
        secrets.write_private(file, json.dumps(held.as_dict(private=False)))
    typer.echo(f"{fresh.name} signs from now on; bring the folder to registry, nothing is restarted")


def _change(
    installation: Installation, setting: str, apps: Iterable[str], step: Step, then: Mapping[Step, str] = NEXT
) -> None:
    """One step for each of the apps, or none at all."""
    changed = {each: _stepped(installation.read(each)[setting].split(","), step) for each in apps}
    for each, ring in changed.items():
        installation.change(each, **{setting: ",".join(ring)})
        names = ", ".join(seals.name_of(bytes.fromhex(key)) for key in ring)
        typer.echo(f"{each}: {names}")
    typer.echo(f"The first is used, all are known: {then[step]}.")


def _stepped(ring: list[str], step: Step) -> list[str]:
    if step is Step.ADD:
        return [*ring, secrets.hex_key()]
    if len(ring) == 1:
        raise typer.BadParameter("there is one key only: `add` another one first")
    return [ring[-1], *ring[:-1]] if step is Step.USE else ring[:-1]


def _first(key: str) -> str:
    """The key that is used now."""
    return key.partition(",")[0]
