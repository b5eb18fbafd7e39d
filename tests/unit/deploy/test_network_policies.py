"""Who may talk to whom inside and outside the cluster, worked out from the policies as Kubernetes would."""

import pytest

from tests.support import reach
from tests.unit.deploy import test_manifests as manifests

SERVICES = ("identity", "registry", "referrals", "cases")
CONTROLLER = reach.Pod({}, "ingress", {"jieli-ingress": "true"})
STRANGER = reach.Pod({"app.kubernetes.io/name": "gateway"}, "elsewhere", {"kubernetes.io/metadata.name": "elsewhere"})
MONITORING = reach.Pod({}, "monitoring", {"jieli-monitoring": "true"})
OPERATOR = reach.Pod({}, "cnpg-system", {"kubernetes.io/metadata.name": "cnpg-system"})
DNS = reach.Pod({"k8s-app": "kube-dns"}, "kube-system", {"kubernetes.io/metadata.name": "kube-system"})


class Network:
    """One overlay's pods and policies."""

    def __init__(self, overlay: str) -> None:
        self.policies = list(manifests.of_kind(overlay, "NetworkPolicy").values())
        self.pods = {name: self.pod(template) for name, template in manifests.pods(overlay).items()}
        for name in manifests.of_kind(overlay, "Cluster"):
            self.pods[name] = reach.Pod({"cnpg.io/cluster": name})

    @staticmethod
    def pod(template: manifests.Resource) -> reach.Pod:
        """A pod of ours as policies see it."""
        ports = {p["name"]: p["containerPort"] for c in manifests.containers(template) for p in c.get("ports", [])}
        return reach.Pod(template["metadata"]["labels"], ports=ports)

    def open(self, source: str | reach.Pod, target: str | reach.Pod, port: int) -> bool:
        """Whether a connection is possible; a text is a pod of ours, else an address outside."""
        origin = self.pods[source] if isinstance(source, str) else source
        goal = self.pods.get(target, target) if isinstance(target, str) else target
        return reach.reaches(self.policies, origin, goal, port)


@pytest.fixture(params=manifests.OVERLAYS)
def network(request: pytest.FixtureRequest) -> Network:
    """The network of each overlay in turn."""
    return Network(request.param)


def test_everything_is_denied_first(network: Network) -> None:
    deny = [p["spec"] for p in network.policies if p["metadata"]["name"] == "deny-all"]
    assert deny == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


def test_services_are_called_by_the_gateway_alone(network: Network) -> None:
    for service in SERVICES:
        assert network.open("gateway", service, 8080)
        for other in {*network.pods} - {"gateway", service}:
            assert not network.open(other, service, 8080), (other, service)
        for outsider in (CONTROLLER, STRANGER):
            assert not network.open(outsider, service, 8080)


def test_the_gateway_is_called_from_the_way_in_alone(network: Network) -> None:
    assert network.open(CONTROLLER, "gateway", 8080)
    assert not network.open(STRANGER, "gateway", 8080)
    for name in {*network.pods} - {"gateway"}:
        assert not network.open(name, "gateway", 8080), name


def test_only_the_gateway_calls_anybody_and_never_a_private_address(network: Network) -> None:
    for name in network.pods:
        for address in ("203.0.113.7", "8.8.8.8"):
            stores = name in {"postgres", "postgres-keys"}  # their backups and the API server
            assert network.open(name, address, 443) == (name == "gateway" or stores), name
            assert not network.open(name, address, 80), name
    for private in ("10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "127.0.0.1", "100.64.0.1"):
        assert not network.open("gateway", private, 443), private


def test_who_sends_messages_reaches_the_gateway_for_them_and_nothing_beside_it(network: Network) -> None:
    for name in {*network.pods} - {"gateway", "postgres", "postgres-keys"}:
        assert network.open(name, "192.0.2.10", 443) == (name in {"identity", "registry", "cases"}), name
        assert not network.open(name, "192.0.2.11", 443) and not network.open(name, "192.0.2.10", 80), name


def test_apps_reach_their_stores_and_no_more(network: Network) -> None:
    for app in manifests.APPS:
        assert network.open(app, "postgres", 5432)
        assert network.open(app, "postgres-keys", 5432) == (app != "identity")
        assert network.open(app, "nats", 4222) and network.open(app, "nats", 8222)
        assert not network.open(app, "nats", 6222)
        assert not network.open(app, "postgres", 8000)
        assert network.open(app, DNS, 53)
    assert network.open("provision", "postgres", 5432) and network.open("provision", "postgres-keys", 5432)
    assert not network.open("provision", "nats", 4222)
    assert not network.open(STRANGER, "postgres", 5432) and not network.open(STRANGER, "nats", 4222)


def test_stores_talk_among_themselves_and_with_their_operator(network: Network) -> None:
    assert network.open("nats", "nats", 6222)
    for cluster in ("postgres", "postgres-keys"):
        assert network.open(cluster, cluster, 5432) and network.open(OPERATOR, cluster, 8000)
    assert not network.open("postgres", "postgres-keys", 5432)


@pytest.mark.parametrize("overlay", ["receiving", "sending"])
def test_monitoring_may_read_and_collect(overlay: str) -> None:
    network = Network(overlay)
    for app in manifests.APPS:
        assert network.open(MONITORING, app, 8080) and network.open(app, MONITORING, 4318)
