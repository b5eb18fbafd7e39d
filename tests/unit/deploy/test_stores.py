"""The stores in deploy/k8s: what the PostgreSQL operator needs, and the configuration of NATS."""

import re
from typing import Any

import pytest

from deploy import databases, nats_users
from deploy.local import postgres
from tests.unit.deploy import test_manifests as manifests

CLUSTERS = ("postgres", "postgres-keys")
REGIONS = ("receiving", "sending")


def clusters(overlay: str) -> dict[str, Any]:
    """The specifications of the PostgreSQL clusters."""
    return {name: cluster["spec"] for name, cluster in manifests.of_kind(overlay, "Cluster").items()}


def gibibytes(size: str) -> int:
    """A storage size; only whole Gi are written here."""
    assert size.endswith("Gi")
    return int(size[:-2])


@pytest.mark.parametrize("overlay", REGIONS)
def test_data_and_keys_lie_on_two_clusters_that_survive_a_machine(overlay: str) -> None:
    assert set(clusters(overlay)) == set(CLUSTERS)
    for spec in clusters(overlay).values():
        assert spec["instances"] == 3
        assert spec["imageCatalogRef"] == {
            "apiGroup": "postgresql.cnpg.io",
            "kind": "ClusterImageCatalog",
            "name": "postgresql",
            "major": 18,
        }
        assert spec["affinity"]["podAntiAffinityType"] == "required"
        assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
        assert gibibytes(spec["storage"]["size"]) >= 10 and gibibytes(spec["walStorage"]["size"]) >= 5


@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_clusters_keep_what_they_acknowledge_and_log_no_rows(overlay: str) -> None:
    for spec in clusters(overlay).values():
        parameters = spec["postgresql"]["parameters"]
        assert all(isinstance(value, str) for value in parameters.values()), "the operator takes texts"
        assert parameters["synchronous_commit"] == "on" and "fsync" not in parameters
        for name in ("log_min_error_statement", "log_error_verbosity"):
            assert parameters[name] == postgres.SETTINGS[name]
        assert spec["bootstrap"]["initdb"]["localeCType"] == "C.UTF-8"
        assert spec["certificates"]["serverCASecret"] == "database-ca"
        assert spec["enableSuperuserAccess"] is True, "the provisioning job signs in with it"
        assert {"requests", "limits"} <= set(spec["resources"])


@pytest.mark.parametrize("overlay", REGIONS)
def test_there_are_connections_for_every_pod_that_may_run(overlay: str) -> None:
    pool = int(manifests.of_kind(overlay, "ConfigMap")["settings"]["data"]["JIELI_DATABASE_POOL"])
    scalers = manifests.of_kind(overlay, "HorizontalPodAutoscaler").values()
    most = sum((scaler["spec"]["maxReplicas"] + 1) * pool for scaler in scalers)  # one more while a rollout goes on
    for spec in clusters(overlay).values():
        assert most + 40 <= int(spec["postgresql"]["parameters"]["max_connections"])


@pytest.mark.parametrize("overlay", REGIONS)
def test_keys_are_backed_up_apart_and_for_a_shorter_time(overlay: str) -> None:
    stores = {name: r["spec"] for name, r in manifests.of_kind(overlay, "ObjectStore").items()}
    schedules = {name: r["spec"] for name, r in manifests.of_kind(overlay, "ScheduledBackup").items()}
    assert set(stores) == set(schedules) == set(CLUSTERS)
    for name, spec in clusters(overlay).items():
        [plugin] = spec["plugins"]
        assert plugin["isWALArchiver"] is True and plugin["parameters"] == {"barmanObjectName": name}
        assert schedules[name]["cluster"] == {"name": name}
        assert schedules[name]["method"] == "plugin"
        assert schedules[name]["pluginConfiguration"] == {"name": plugin["name"]}
        assert len(schedules[name]["schedule"].split()) == 6, "seconds first"
    assert stores["postgres-keys"]["retentionPolicy"] == "7d" and stores["postgres"]["retentionPolicy"] == "30d"
    assert len({store["configuration"]["destinationPath"] for store in stores.values()}) == 2
    assert len({store["configuration"]["s3Credentials"]["accessKeyId"]["name"] for store in stores.values()}) == 2
    assert len({schedule["schedule"] for schedule in schedules.values()}) == 2


def test_regions_do_not_share_a_backup_store() -> None:
    paths = [
        store["spec"]["configuration"]["destinationPath"]
        for overlay in REGIONS
        for store in manifests.of_kind(overlay, "ObjectStore").values()
    ]
    assert len(set(paths)) == 4


@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_nats_syncs_every_write_and_fits_its_disk(overlay: str) -> None:
    config = manifests.of_kind(overlay, "ConfigMap")["nats"]["data"]
    assert re.search(r"^  sync_interval: always$", config["nats.conf"], re.MULTILINE)
    [limit] = re.findall(r"max_file_store: (\d+)GB", config["nats.conf"])
    server = manifests.of_kind(overlay, "StatefulSet")["nats"]["spec"]
    [claim] = server["volumeClaimTemplates"]
    assert gibibytes(claim["spec"]["resources"]["requests"]["storage"]) > int(limit)
    routes = manifests.environment(server["template"]["spec"]["containers"][0])["ROUTES"]
    assert routes.count("nats-peers:6222") == 3
    assert ("cluster {" in config["cluster.conf"]) == (server["replicas"] == 3)


@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_every_nats_server_holds_every_stream(overlay: str) -> None:
    servers = manifests.of_kind(overlay, "StatefulSet")["nats"]["spec"]["replicas"]
    assert int(manifests.of_kind(overlay, "ConfigMap")["settings"]["data"]["JIELI_NATS_REPLICAS"]) == servers


@pytest.mark.parametrize("overlay", REGIONS)
def test_no_two_nats_servers_share_a_machine(overlay: str) -> None:
    server = manifests.of_kind(overlay, "StatefulSet")["nats"]["spec"]
    assert server["replicas"] == 3 and server["serviceName"] == "nats-peers"
    [rule] = server["template"]["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["topologyKey"] == "kubernetes.io/hostname"
    assert rule["labelSelector"] == server["selector"]


def test_nats_users_have_the_permissions_of_the_local_server() -> None:
    written = (manifests.ROOT / "base" / "users.conf").read_text(encoding="utf-8")
    assert written == nats_users.text(), "run `python -m deploy.nats_users > deploy/k8s/base/users.conf`"


def test_the_job_wants_a_password_for_each_role() -> None:
    environ = {"JIELI_REGION": "610118"}
    with pytest.raises(KeyError, match="ROLE_identity_owner"):
        databases.tenants(environ)
    environ |= {f"ROLE_{app}_{part}": f"{app}{part}" for app in manifests.APPS for part in ("owner", "app")}
    registry = next(holder for holder in databases.tenants(environ) if holder.app == "registry")
    assert registry.database == "r610118_registry" and registry.runtime.name == "r610118_registry_app"
    assert registry.runtime.password == "registryapp"  # from ROLE_registry_app
