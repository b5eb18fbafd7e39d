"""What `jieli init` makes is what the manifests' apps start with: ConfigMap, then Secret, then what is written out."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.installation import Installation
from cli.main import app as command
from shared.settings import Settings
from tests.unit.deploy import test_manifests as manifests


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A region's secrets."""
    directory = tmp_path_factory.mktemp("region") / "secrets"
    options = "--region 610118 --name 鄠邑区 --public-url https://receiving.jieli.example --organization org-centre"
    options += " --organization-name 便民服务中心 --administrator work-01 --second-administrator work-02 --directory"
    assert CliRunner().invoke(command, ["init", *options.split(), str(directory)]).exit_code == 0
    return Installation(directory)


def settings(overlay: str, made: Installation, app: str) -> Settings:
    """An app's settings as its pod gets them; the Secret named after the app is its env file."""
    [container] = manifests.pods(overlay)[app]["spec"]["containers"]
    sources = [next(iter(source.values()))["name"] for source in container["envFrom"]]
    assert sources == ["settings", app]
    told = manifests.of_kind(overlay, "ConfigMap")["settings"]["data"] | made.read(app)
    roles = made.read("database-roles")
    for name, value in manifests.environment(container).items():
        if isinstance(value, str):
            told[name] = re.sub(r"\$\((\w+)\)", lambda found: told[found[1]], value)
        elif "configMapKeyRef" in value:
            told[name] = told[value["configMapKeyRef"]["key"]]
        else:
            told[name] = roles[value["secretKeyRef"]["key"]]
    return Settings.load(app, told)


@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_every_app_starts_with_the_secrets_of_its_region(overlay: str, made: Installation) -> None:
    held = {app: settings(overlay, made, app) for app in manifests.APPS}
    assert held["identity"].token_key == held["gateway"].token_key != ""
    assert held["gateway"].grant_keys == {app: held[app].grant_key for app in manifests.APPS if app != "gateway"}
    for app, told in held.items():
        assert "@postgres-rw:5432/" in told.database_url and told.secrets_dir == Path("/etc/jieli/keys"), app
        assert told.nats_url == "nats://nats:4222" and not told.owner_database_url, app


def test_the_bus_knows_every_password(made: Installation) -> None:
    server = manifests.of_kind("receiving", "StatefulSet")["nats"]["spec"]["template"]["spec"]["containers"][0]
    users = (manifests.ROOT / "base" / "users.conf").read_text(encoding="utf-8")
    wanted = set(re.findall(r"\$(\w+_PASSWORD)", users))
    assert {source["secretRef"]["name"] for source in server["envFrom"]} == {"nats"}
    assert wanted | {"ROUTES_PASSWORD"} == made.read("nats").keys()
