"""Where the local platform lies: ports, directories, the demonstration's own consistency."""

import json
from pathlib import Path

import pytest

from deploy.local import checks, child, demonstration, environment, places, provision, secrets
from deploy.local.nats import app_permissions
from shared.contracts import vocabulary
from shared.settings import Settings


@pytest.fixture
def regions(tmp_path: Path) -> list[places.Region]:
    """Both regions over an empty directory."""
    return places.regions({"JIELI_RUN_DIR": str(tmp_path)})


def test_regions_have_the_ports_the_readme_names(regions: list[places.Region]) -> None:
    assert [region.gateway_url for region in regions] == ["http://127.0.0.1:7100", "http://127.0.0.1:7200"]
    assert sorted(regions[0].ports(True, True)) == [7100, 7101, 7102, 7103, 7104, 7132, 7142, 7143]
    assert sorted(regions[0].ports(False, False)) == [7100, 7101, 7102, 7103, 7104]


def test_a_port_base_moves_every_port_of_its_region_alone() -> None:
    moved, other = places.regions({"JIELI_PORT_BASE_610118": "9000"})
    assert (moved.port("cases"), other.port("cases")) == (9004, 7204)


@pytest.mark.parametrize("text", ["80", "65530", "many", "-1"])
def test_a_port_base_out_of_range_is_refused_by_name(text: str) -> None:
    with pytest.raises(child.LaunchError, match="JIELI_PORT_BASE_621124"):
        places.regions({"JIELI_PORT_BASE_621124": text})


def test_secrets_are_made_once_private_and_kept(regions: list[places.Region]) -> None:
    first = secrets.symmetric(regions[0])
    again = secrets.symmetric(regions[0])
    files = [path for path in regions[0].secrets.rglob("*") if path.is_file()]
    assert first == again
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert regions[0].secrets.stat().st_mode & 0o777 == 0o700


def test_a_secret_that_a_later_version_needs_is_added_without_touching_the_others(regions: list[places.Region]) -> None:
    first = secrets.symmetric(regions[0])
    older = {kind: names for kind, names in first.items() if kind != "seal"}
    (regions[0].secrets / "secrets.json").write_text(json.dumps(older), encoding="utf-8")
    again = secrets.symmetric(regions[0])
    assert {kind: again[kind] for kind in older} == older
    assert again["seal"] != first["seal"]


def test_no_two_secrets_are_alike(regions: list[places.Region]) -> None:
    values = [value for region in regions for kind in secrets.symmetric(region).values() for value in kind.values()]
    assert len(set(values)) == len(values)


def test_each_region_pins_the_key_of_the_other(regions: list[places.Region]) -> None:
    receiving, sending = regions
    assert secrets.peers(receiving, regions) == {
        sending.code: {
            "name": sending.name,
            "gateway_url": sending.gateway_url,
            "thumbprint": secrets.federation_key(sending).thumbprint(),
        }
    }


def test_the_apps_accept_their_settings_and_no_app_sees_anothers_secrets(regions: list[places.Region]) -> None:
    bus = environment.Bus("nats://127.0.0.1:7142", "http://127.0.0.1:7143")
    variables = environment.variables(regions[0], regions, "postgresql://a:b@127.0.0.1:7132/postgres", bus, {})
    loaded = {app: Settings.load(app, variables) for app in provision.APPS}
    assert loaded["gateway"].grant_keys == {app: loaded[app].grant_key for app in provision.APPS if app != "gateway"}
    for private in ("kek", "index_key", "database_url", "nats_password", "secrets_dir", "port"):
        assert len({getattr(settings, private) for settings in loaded.values()}) == len(loaded), private
    gateways = [("gateway", name) for name in ("log.pem", "witness.pem", "federation.pem")]
    for app, key in (("identity", "token.pem"), *gateways):
        assert (loaded[app].secrets_dir / key).read_text(encoding="ascii").startswith("-----BEGIN")
    assert loaded["identity"].keys_database_url == ""
    assert loaded["referrals"].seal_key == ""


def test_the_seed_and_the_credentials_tell_no_private_key(regions: list[places.Region]) -> None:
    told = json.dumps([demonstration.seed(regions[0]), demonstration.credentials(regions)])
    assert '"d":' not in told
    assert "PRIVATE" not in told


def test_the_demonstrations_organisations_are_of_kinds_and_services_that_exist(regions: list[places.Region]) -> None:
    known = vocabulary.load()
    for region in regions:
        ids = {entry["organization"] for entry in demonstration.organizations(region)}
        for entry in demonstration.organizations(region):
            assert known.forbidden(entry["name"], entry["kind"]) is None
            assert set(entry["services"]) <= set(known.services)
            assert entry["parent"] in {None, *ids}
        assert {entry["organization"] for entry in demonstration.staff(region)} <= ids


def test_too_little_disk_says_how_much_is_missing(tmp_path: Path) -> None:
    with pytest.raises(child.LaunchError, match="MiB are free"):
        checks.disk(tmp_path, needed=1 << 60)


def test_the_lock_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    with checks.only_one(tmp_path):
        assert checks.holder(tmp_path) is not None
        with pytest.raises(child.LaunchError, match="already runs"), checks.only_one(tmp_path):
            pass
    assert checks.holder(tmp_path) is None


def test_no_app_may_publish_on_the_subjects_of_another() -> None:
    for app in provision.APPS:
        allowed = app_permissions(app)["publish"]["allow"]
        spoken = {subject for subject in allowed if not subject.startswith("$JS.")}
        assert spoken == {f"{app}.>"}


@pytest.mark.parametrize("base", ["7100", "7110", "7057", "7139"])
def test_port_bases_that_overlap_are_refused_by_name(base: str) -> None:
    with pytest.raises(
        child.LaunchError, match=r"JIELI_PORT_BASE_610118 \(7100\) and JIELI_PORT_BASE_621124.*44 ports"
    ):
        places.regions({"JIELI_PORT_BASE_621124": base})


def test_port_bases_as_close_as_can_be_are_taken() -> None:
    assert len(places.regions({"JIELI_PORT_BASE_621124": "7144"})) == 2
