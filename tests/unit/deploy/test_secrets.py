"""What `jieli init` makes is what the manifests' apps start with: ConfigMap, then Secret, then what is written out."""

import json
import re
import secrets
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.installation import Installation, service
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


def told(overlay: str, made: Installation, app: str) -> dict[str, str]:
    """An app's environment as its pod gets it; the Secret named after the app is its env file."""
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
    return told


def mounted(app: str, made: Installation, root: Path) -> None:
    """Lay the pod's Secrets and ConfigMaps out under `root`, made as deploy/k8s/README.md says."""
    readme = (manifests.ROOT / "README.md").read_text(encoding="utf-8")
    commands = dict(re.findall(r"create (?:secret generic|configmap) (\S+) --from-file=secrets/(\S+)", readme))
    template = manifests.pods("receiving")[app]
    volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
    for mount in template["spec"]["containers"][0]["volumeMounts"]:
        volume = volumes[mount["name"]]
        name = volume.get("secret", {}).get("secretName") or volume.get("configMap", {}).get("name")
        folder = root / mount["mountPath"].lstrip("/")
        folder.mkdir(parents=True)
        if name in commands:
            source = made.directory / commands[name]
            for file in [source] if source.is_file() else source.iterdir():
                shutil.copy(file, folder)
        elif name == "sender":
            (folder / "token").write_text(secrets.token_hex(16))


@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_every_app_starts_with_the_secrets_of_its_region(overlay: str, made: Installation) -> None:
    held = {app: Settings.load(app, told(overlay, made, app)) for app in manifests.APPS}
    assert held["identity"].token_key == held["gateway"].token_key != ""
    assert held["gateway"].grant_keys == {app: held[app].grant_key for app in manifests.APPS if app != "gateway"}
    for app, settings in held.items():
        assert "@postgres-rw:5432/" in settings.database_url and settings.secrets_dir == Path("/etc/jieli/keys"), app
        assert settings.nats_url == "nats://nats:4222" and not settings.owner_database_url, app


@pytest.mark.parametrize("app", manifests.APPS)
def test_every_file_that_an_app_wants_is_in_its_pod(app: str, made: Installation, tmp_path: Path) -> None:
    mounted(app, made, tmp_path)
    here = {
        key: value.replace("/etc/jieli", f"{tmp_path}/etc/jieli") for key, value in told("receiving", made, app).items()
    }
    settings = Settings.load(app, here)
    for check in service(app).checks:
        check(settings)
    if app == "identity":
        assert settings.seed_file and json.loads(settings.seed_file.read_text())["invitations"]
    if app == "gateway":
        assert settings.peers_file and json.loads(settings.peers_file.read_text()) == {}
        assert settings.agreements_dir and settings.agreements_dir.is_dir()


def test_the_bus_knows_every_password(made: Installation) -> None:
    server = manifests.of_kind("receiving", "StatefulSet")["nats"]["spec"]["template"]["spec"]["containers"][0]
    users = (manifests.ROOT / "base" / "users.conf").read_text(encoding="utf-8")
    wanted = set(re.findall(r"\$(\w+_PASSWORD)", users))
    assert {source["secretRef"]["name"] for source in server["envFrom"]} == {"nats"}
    assert wanted | {"ROUTES_PASSWORD"} == made.read("nats").keys()
