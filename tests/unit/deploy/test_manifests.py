"""The manifests of deploy/k8s: complete, valid and meaning what they should, in each overlay. No cluster is needed."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from fastapi.routing import APIRoute

from deploy.local import region
from gateway import main as gateway
from gateway.exchange import routes
from tests.support import kustomize

ROOT = Path(__file__).parents[3] / "deploy" / "k8s"
OVERLAYS = ("receiving", "sending", "single-node")
APPS = ("identity", "registry", "referrals", "cases", "gateway")
OPERATORS = ("postgresql.cnpg.io", "barmancloud.cnpg.io")  # custom resources: tests/unit/deploy/test_stores.py

Resource = kustomize.Resource

# What an administrator creates before the first apply (deploy/k8s/README.md); the operator makes the last two.
SECRETS = {*APPS, "identity-keys", "registry-keys", "gateway-keys", "identity-seed", "database-roles", "database-ca"}
SECRETS |= {"nats", "gateway-tls", "sender", "postgres-superuser", "postgres-keys-superuser"}
CONFIG_MAPS = {"agreements", "peers"}


@functools.cache
def rendered(overlay: str) -> tuple[Resource, ...]:
    """All resources of an overlay."""
    return tuple(kustomize.render(ROOT / "overlays" / overlay))


def of_kind(overlay: str, *kinds: str) -> dict[str, Resource]:
    """Resources of these kinds by name."""
    return {r["metadata"]["name"]: r for r in rendered(overlay) if r["kind"] in kinds}


def pods(overlay: str) -> dict[str, Resource]:
    """Pod templates by the name of what makes them."""
    return {name: r["spec"]["template"] for name, r in of_kind(overlay, "Deployment", "StatefulSet", "Job").items()}


def containers(template: Resource) -> list[Resource]:
    """Every container of a pod, the initial ones too."""
    found: list[Resource] = template["spec"].get("initContainers", []) + template["spec"]["containers"]
    return found


def environment(container: Resource) -> dict[str, Any]:
    """The written-out environment of a container: a text, or where it comes from."""
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container.get("env", [])}


def values(node: Any, key: str) -> Iterator[Any]:
    """Every value under `key` at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(node, list):
        for entry in node:
            yield from values(entry, key)


def test_every_file_is_used_and_every_used_file_exists() -> None:
    used: set[Path] = set()
    for path in ROOT.rglob("kustomization.yaml"):
        plan = kustomize.kustomization(path.parent)
        used.add(path)
        named = plan.get("resources", []) + plan.get("components", [])
        for generator in plan.get("configMapGenerator", []):
            named += generator.get("envs", []) + generator.get("files", [])
        for name in named:
            target = (path.parent / name).resolve()
            used.add(target / "kustomization.yaml" if target.is_dir() else target)
    overlays = {ROOT / "overlays" / name / "kustomization.yaml" for name in OVERLAYS}
    assert used - overlays | overlays == {path for path in ROOT.rglob("*") if path.is_file() and path.suffix != ".md"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_resource_passes_the_strict_validator(overlay: str) -> None:
    for resource in rendered(overlay):
        if resource["apiVersion"].split("/")[0] not in OPERATORS:
            kubernetes_validate.validate(resource, "1.37.0", strict=True)


def test_the_validator_is_strict() -> None:
    wrong = {**of_kind("receiving", "Service")["gateway"], "spce": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.37.0", strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_one_namespace_per_region_and_the_restricted_standard(overlay: str) -> None:
    region = of_kind(overlay, "ConfigMap")["settings"]["data"]["JIELI_REGION"]
    namespaces = of_kind(overlay, "Namespace")
    assert list(namespaces) == [f"jieli-{region}"]
    assert namespaces[f"jieli-{region}"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    placed = {r["metadata"].get("namespace") for r in rendered(overlay) if r["kind"] != "Namespace"}
    assert placed == {f"jieli-{region}"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_app_has_its_parts(overlay: str) -> None:
    for kind in ("Deployment", "Service", "ServiceAccount", "PodDisruptionBudget", "NetworkPolicy"):
        assert set(APPS) <= set(of_kind(overlay, kind)), kind


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_match_the_pods_they_mean(overlay: str) -> None:
    templates = pods(overlay)
    for name, workload in of_kind(overlay, "Deployment", "StatefulSet").items():
        labels = templates[name]["metadata"]["labels"]
        assert workload["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert of_kind(overlay, "PodDisruptionBudget")[name]["spec"]["selector"] == workload["spec"]["selector"]
    for name, service in of_kind(overlay, "Service").items():
        wanted = service["spec"]["selector"].items()
        meant = [t for t in templates.values() if wanted <= t["metadata"]["labels"].items()]
        assert len(meant) == 1, name
        offered = {port["name"] for c in meant[0]["spec"]["containers"] for port in c.get("ports", [])}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= offered, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_are_locked_down(overlay: str) -> None:
    for name, template in pods(overlay).items():
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["serviceAccountName"] in of_kind(overlay, "ServiceAccount"), name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] >= 10001, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
        assert not any("hostPath" in volume for volume in spec["volumes"]), name
        for container in containers(template):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            for part in ("requests", "limits"):
                assert {"cpu", "memory"} <= set(container["resources"][part]), name
            assert ":" in container["image"] and not container["image"].endswith(":latest"), name


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("app", APPS)
def test_an_app_starts_is_probed_and_leaves_in_order(overlay: str, app: str) -> None:
    template = pods(overlay)[app]
    [container] = template["spec"]["containers"]
    assert container["command"] == ["python", "-m", "deploy.local.region", f"--apps={app}"]
    assert app in region.MODULES
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert container["startupProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    [port] = container["ports"]
    told = of_kind(overlay, "ConfigMap")["settings"]["data"]
    assert port == {"name": "http", "containerPort": int(told["JIELI_PORT"])}
    assert told["JIELI_HOST"] == "0.0.0.0"  # noqa: S104 - all of the pod's own
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause == 10
    assert template["spec"]["terminationGracePeriodSeconds"] == 45 > pause + region.DRAIN + 10
    spread = template["spec"]["topologySpreadConstraints"]
    assert {rule["topologyKey"] for rule in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    labels = template["metadata"]["labels"]
    assert all(rule["labelSelector"]["matchLabels"].items() <= labels.items() for rule in spread)


@pytest.mark.parametrize("app", APPS)
def test_an_app_gets_its_own_role_and_only_the_migration_the_owner(app: str) -> None:
    [migrate] = pods("receiving")[app]["spec"]["initContainers"]
    [running] = pods("receiving")[app]["spec"]["containers"]
    assert migrate["command"] == ["python", "-m", "shared.migrate", app]
    assert "owner" not in str(running["env"]).lower()
    own = f"r$(REGION)_{app}"
    assert environment(running)["JIELI_DATABASE_URL"].endswith(f"@postgres-rw:5432/{own}")
    for container in (migrate, running):
        names = [entry["name"] for entry in container["env"]]
        for name, value in environment(container).items():
            if isinstance(value, str) and "_DATABASE_URL" in name:
                role = "owner" if "OWNER" in name else "app"
                assert value.startswith(f"postgresql+asyncpg://{own}_{role}:$({role.upper()}_PASSWORD)@")
                assert names.index(f"{role.upper()}_PASSWORD") < names.index(name), "expanded from what stands before"
        passwords = {v["secretKeyRef"]["key"] for v in environment(container).values() if "secretKeyRef" in v}
        assert passwords <= {f"{app}_app", f"{app}_owner"}
    holds_keys = "JIELI_KEYS_DATABASE_URL" in environment(running)
    assert holds_keys == (app != "identity")


def test_the_administrators_passwords_reach_the_provisioning_job_alone() -> None:
    for name, template in pods("receiving").items():
        assert ("superuser" in str(template)) == (name == "provision"), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_referred_to_is_there_or_listed_in_the_readme(overlay: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    secrets: set[str] = set()
    maps: set[str] = set()
    server = of_kind(overlay, "StatefulSet")["nats"]["spec"]
    claimed = {claim["metadata"]["name"] for claim in server["volumeClaimTemplates"]}
    for template in pods(overlay).values():
        for key in ("secretRef", "secretKeyRef"):
            secrets |= {reference["name"] for reference in values(template, key)}
        secrets |= set(values(template, "secretName"))
        for key in ("configMapRef", "configMapKeyRef", "configMap"):
            maps |= {reference["name"] for reference in values(template, key)}
        offered = {volume["name"] for volume in template["spec"]["volumes"]} | claimed
        assert {mount["name"] for c in containers(template) for mount in c["volumeMounts"]} <= offered
    assert secrets | {"gateway-tls"} == SECRETS
    assert maps - set(of_kind(overlay, "ConfigMap")) == CONFIG_MAPS
    assert not of_kind(overlay, "Secret"), "no secret is kept in the repository"
    for name in SECRETS | CONFIG_MAPS:
        assert f"`{name}`" in readme, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_way_in_shows_the_external_api_alone(overlay: str) -> None:
    ingress = of_kind(overlay, "Ingress")["gateway"]["spec"]
    [rule] = ingress["rules"]
    assert f"https://{rule['host']}" == of_kind(overlay, "ConfigMap")["settings"]["data"]["JIELI_PUBLIC_URL"]
    assert ingress["tls"] == [{"hosts": [rule["host"]], "secretName": "gateway-tls"}]
    own = {route.path for router in gateway.SERVICE.routers for route in router.routes if isinstance(route, APIRoute)}
    outside = own | {line.template for line in routes.ROUTES}
    assert {path["path"] for path in rule["http"]["paths"]} == {"/" + each.split("/")[1] for each in outside}
    assert {path["backend"]["service"]["name"] for path in rule["http"]["paths"]} == {"gateway"}


@pytest.mark.parametrize("overlay", ["receiving", "sending"])
def test_one_pod_may_always_go(overlay: str) -> None:
    for app in APPS:
        scaler = of_kind(overlay, "HorizontalPodAutoscaler")[app]["spec"]
        assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": app}
        assert scaler["minReplicas"] == 3
        deployment = of_kind(overlay, "Deployment")[app]["spec"]
        assert "replicas" not in deployment, "the number belongs to the autoscaler"
        assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert {b["spec"]["maxUnavailable"] for b in of_kind(overlay, "PodDisruptionBudget").values()} == {1}


def test_a_trial_on_one_machine_has_one_pod_of_each() -> None:
    workloads = of_kind("single-node", "Deployment", "StatefulSet")
    assert {w["spec"]["replicas"] for w in workloads.values()} == {1}
    assert {c["spec"]["instances"] for c in of_kind("single-node", "Cluster").values()} == {1}


@pytest.mark.parametrize("overlay", ["receiving", "sending"])
def test_metrics_and_traces_have_somewhere_to_go(overlay: str) -> None:
    assert of_kind(overlay, "ConfigMap")["settings"]["data"]["JIELI_OTLP_ENDPOINT"].startswith("http://")
    for app in APPS:
        assert pods(overlay)[app]["metadata"]["annotations"]["prometheus.io/path"] == "/metrics"
