"""A region's installation as `jieli init` leaves it: one folder of secrets, its files, and how the apps read them.

settings.env           what all apps are told; nothing secret
<app>.env              what one app is told: passwords, keys, its databases
<app>-owner.env        the databases as their owner, for the app's migrations alone
<app>/                 the app's key files
database-roles.env     the passwords of the database roles, for deploy.databases
nats.env               the passwords of the bus's users, for its configuration
seed.json              the first organisation, its front end, and who is invited to join it
desk.pem               the front end's own key
agreements/            data-sharing agreements to apply at the gateway's start

A line is NAME=value without quotes, spaces or comments, so that kubectl, podman, systemd and a shell read the same.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import region, secrets
from shared.app import Service
from shared.settings import Settings, SettingsError

APPS = tuple(region.MODULES)
Directory = Annotated[Path, typer.Option(help="The folder that jieli init made.")]


@dataclass(frozen=True)
class Installation:
    """The folder."""

    directory: Path

    @property
    def seed(self) -> Path:
        """What identity takes in at its start."""
        return self.directory / "seed.json"

    @property
    def token_keys(self) -> Path:
        """Where the keys that sign access tokens lie."""
        return self.directory / "identity"

    def file(self, name: str) -> Path:
        """One of the env files, by its name without `.env`."""
        return self.directory / f"{name}.env"

    def read(self, name: str) -> dict[str, str]:
        """What an env file says; SettingsError when it cannot be read."""
        try:
            lines = self.file(name).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise SettingsError(f"{self.file(name)} cannot be read ({error.strerror}): run jieli init") from None
        return {key: value for key, _, value in (line.partition("=") for line in lines) if key}

    def write(self, name: str, values: Mapping[str, str]) -> None:
        """Write an env file that only its owner reads, whole or not at all."""
        secrets.write_private(self.file(name), "".join(f"{key}={value}\n" for key, value in values.items()))

    def change(self, name: str, **values: str) -> None:
        """Give some settings of an env file new values."""
        self.write(name, self.read(name) | values)

    def settings(self, app: str) -> Settings:
        """The settings that an app would start with; SettingsError says in one line why it would not."""
        return Settings.load(app, self.read("settings") | self.read(app))


def service(app: str) -> Service:
    """An app's record for the factory."""
    found = importlib.import_module(region.MODULES[app]).SERVICE
    assert isinstance(found, Service)  # noqa: S101 - what every app's main is typed to hold
    return found
