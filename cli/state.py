"""`jieli state`: whether each app of the local platform is ready."""

import os

import httpx
import typer

from deploy.local import places


def show() -> None:
    """Asks every app of both regions; the exit code is 1 when one is not ready."""
    absent = 0
    for region in places.regions(os.environ):
        typer.echo(f"{region.code} {region.name}")
        for app in places.OFFSETS:
            answer = readiness(region.app_url(app))
            absent += answer != "ready"
            typer.echo(f"  {app:10} {region.app_url(app)}  {answer}")
    raise typer.Exit(1 if absent else 0)


def readiness(url: str) -> str:
    """`ready`, or why not in a few words."""
    try:
        answer = httpx.get(f"{url}/ready", timeout=5)
    except httpx.HTTPError:
        return "not running (make run)"
    return "ready" if answer.is_success else f"not ready (HTTP {answer.status_code})"
