"""Who may open a connection to whom under a set of NetworkPolicies: the rules of Kubernetes that deploy/k8s uses."""

import ipaddress
from dataclasses import dataclass, field
from typing import Any

Labels = dict[str, str]
HOME = "home"  # the namespace of the policies


@dataclass(frozen=True)
class Pod:
    """A pod as policies see it; `ports` are its named container ports."""

    labels: Labels
    namespace: str = HOME
    namespace_labels: Labels = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)


def matches(selector: dict[str, Any], labels: Labels) -> bool:
    """A label selector; the empty one matches everything."""
    wanted = selector.get("matchLabels", {})
    listed = selector.get("matchExpressions", [])
    if any(expression["operator"] != "In" for expression in listed):
        raise ValueError(f"only In is known here: {listed}")
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        labels.get(expression["key"]) in expression["values"] for expression in listed
    )


def is_peer(peer: dict[str, Any], other: Pod | str) -> bool:
    """Whether one `from` or `to` entry means the other side: a pod, or an address outside the cluster."""
    if isinstance(other, str):
        if "ipBlock" not in peer:
            return False
        address, block = ipaddress.ip_address(other), peer["ipBlock"]
        holes = [ipaddress.ip_network(hole) for hole in block.get("except", [])]
        return address in ipaddress.ip_network(block["cidr"]) and not any(address in hole for hole in holes)
    if "ipBlock" in peer:
        return False
    if "namespaceSelector" in peer:
        in_namespace = matches(peer["namespaceSelector"], other.namespace_labels)
    else:
        in_namespace = other.namespace == HOME
    return in_namespace and matches(peer.get("podSelector", {}), other.labels)


def opens(rule: dict[str, Any], side: str, other: Pod | str, port: int, target: Pod | str) -> bool:
    """Whether one rule lets the other side through on this port."""
    names = target.ports if isinstance(target, Pod) else {}
    numbers = [names.get(entry["port"], entry["port"]) for entry in rule.get("ports", [])]
    return (port in numbers or not numbers) and (side not in rule or any(is_peer(peer, other) for peer in rule[side]))


def side_allows(specs: list[dict[str, Any]], own: Pod, other: Pod | str, port: int, entering: bool) -> bool:
    """Without a policy of this kind on the pod everything passes; with one, what some rule opens."""
    kind, rules, side = ("Ingress", "ingress", "from") if entering else ("Egress", "egress", "to")
    target = own if entering else other
    held = [spec for spec in specs if kind in spec["policyTypes"] and matches(spec["podSelector"], own.labels)]
    if own.namespace != HOME or not held:
        return True
    return any(opens(rule, side, other, port, target) for spec in held for rule in spec.get(rules, []))


def reaches(policies: list[dict[str, Any]], source: Pod, target: Pod | str, port: int) -> bool:
    """Whether `source` can connect to `target` (a pod, or an address outside) on a TCP port."""
    specs = [policy["spec"] for policy in policies]
    leaves = side_allows(specs, source, target, port, False)
    enters = isinstance(target, str) or side_allows(specs, target, source, port, True)
    return leaves and enters
