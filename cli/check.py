"""`jieli check`: whether every app of an installation would start, and if not, what stops it, one line each."""

from collections.abc import Iterator

import typer

from cli.installation import APPS, Directory, Installation, service
from shared.settings import SettingsError


def check(directory: Directory) -> None:
    """Read settings and key files as the apps would; no server is asked. The exit code is 1 when something is wrong."""
    wrong = list(complaints(Installation(directory)))
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo(f"{directory}: every app has what it needs")


def complaints(installation: Installation) -> Iterator[str]:
    """What keeps the apps from starting, and what others could read."""
    for app in APPS:
        try:
            settings = installation.settings(app)
            for each in service(app).checks:
                each(settings)
        except SettingsError as error:
            yield str(error)
    for path in sorted(installation.directory.rglob("*")):
        if path.stat().st_mode & 0o077:
            yield f"{path} can be read by others: chmod {'700' if path.is_dir() else '600'}"
