"""`jieli vocabulary`: draft, sign and verify the closed release; signing needs the data-protection officer's key."""

import base64
import csv
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.contracts import vocabulary

app = typer.Typer(help="The closed release of purposes, services and dispute types.", no_args_is_help=True)

CATALOGUE = Path(__file__).parents[1] / "services" / "registry" / "data" / "service-catalogue.csv"
# Services of this kind tell people where to go; nothing is stored or sent for them.
INFORMATION = "info"


@app.command()
def verify(key: Path | None = None, release: Path = vocabulary.RELEASE) -> None:
    """Check the release against the pinned key, and its services against the catalogue."""
    try:
        known = vocabulary.load(key, release)
    except vocabulary.VocabularyError as error:
        raise typer.BadParameter(str(error)) from error
    if known.release.catalogue_sha256 != digest(CATALOGUE):
        raise typer.BadParameter("the catalogue is not the one that was signed: draft and sign a new release")
    typer.echo(
        f"vocabulary {known.release.version}: signed, {len(known.purposes)} purposes, {len(known.services)} services"
    )


@app.command()
def draft(release: Path = vocabulary.RELEASE, catalogue: Path = CATALOGUE) -> None:
    """Write the catalogue's services and their purposes into the release; the result is unsigned until `sign`."""
    document = json.loads(release.read_text("utf-8"))
    release.write_text(json.dumps(drafted(document, catalogue), ensure_ascii=False, indent=1) + "\n", "utf-8")
    typer.echo("drafted: publish the difference, then have it signed")


@app.command()
def sign(key: Path, release: Path = vocabulary.RELEASE) -> None:
    """Sign the release with an Ed25519 private key (PEM) and write the signature beside it."""
    private = load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise typer.BadParameter("the key is not an Ed25519 private key in PEM")
    signature = base64.b64encode(private.sign(vocabulary.canonical(release)))
    release.with_suffix(".sig").write_text(signature.decode() + "\n", "ascii")
    typer.echo("signed")


def digest(catalogue: Path) -> str:
    """SHA-256 of the catalogue file, hex."""
    return hashlib.sha256(catalogue.read_bytes()).hexdigest()


def drafted(document: Mapping[str, Any], catalogue: Path) -> dict[str, Any]:
    """The release with the catalogue's services; each purpose keeps its labels and covers one domain."""
    with catalogue.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    moving = [row for row in rows if row["kind"] != INFORMATION]
    domains = {code.split("-")[0]: purpose["code"] for purpose in document["purposes"] for code in purpose["services"]}
    purposes = [
        {
            **purpose,
            "services": [row["code"] for row in moving if domains.get(row["code"].split("-")[0]) == purpose["code"]],
        }
        for purpose in document["purposes"]
    ]
    services = [_service(row) for row in rows]
    kinds = sorted({kind for service in services for kind in service["sensitive"]})
    return {
        **document,
        "purposes": purposes,
        "services": services,
        "sensitive_kinds": kinds,
        "catalogue_sha256": digest(catalogue),
    }


def _service(row: Mapping[str, str]) -> dict[str, Any]:
    moves = row["kind"] != INFORMATION
    return {
        "code": row["code"],
        "kind": row["kind"],
        "fields": _list(row["data_fields"]) if moves else [],
        "sensitive": [kind for kind in _list(row["sensitive_pi"]) if kind != "none"] if moves else [],
    }


def _list(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


if __name__ == "__main__":
    app()
