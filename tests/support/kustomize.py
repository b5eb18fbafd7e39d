"""Renders the part of kustomize that deploy/k8s uses, so that its tests need no kubectl; anything else is an error.

Unlike kubectl it gives generated ConfigMaps no hash suffix; the rest is the same.
"""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Resource = dict[str, Any]

KNOWN = {"apiVersion", "kind", "namespace", "resources", "components", "configMapGenerator", "patches"}
GENERATOR = {"name", "behavior", "envs", "files", "literals"}
TARGET = {"kind", "name"}


class KustomizeError(Exception):
    """A kustomization that is wrong, or that uses what this renderer does not know."""


def known(found: dict[str, Any], allowed: set[str], where: Path) -> None:
    """Every key is one that is understood."""
    if unknown := set(found) - allowed:
        raise KustomizeError(f"{where}: {sorted(unknown)} is not rendered here")


def kustomization(directory: Path) -> dict[str, Any]:
    """The kustomization.yaml of a directory."""
    path = directory / "kustomization.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    known(found, KNOWN, path)
    return found


def documents(path: Path) -> list[Resource]:
    """The resources in one file."""
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def render(directory: Path) -> list[Resource]:
    """All resources of an overlay or base, as `kubectl kustomize` prints them."""
    rendered: list[Resource] = []
    apply(directory, rendered)
    return rendered


def apply(directory: Path, onto: list[Resource]) -> None:
    """Adds what a kustomization holds to `onto`, and changes what it says to change there."""
    plan = kustomization(directory)
    for entry in plan.get("resources", []):
        path = directory / entry
        add(onto, render(path) if path.is_dir() else documents(path))
    for entry in plan.get("components", []):
        apply(directory / entry, onto)
    for generator in plan.get("configMapGenerator", []):
        generate(directory, generator, onto)
    for patch in plan.get("patches", []):
        patched(directory, patch, onto)
    if "namespace" in plan:
        place(plan["namespace"], onto)


def add(onto: list[Resource], more: list[Resource]) -> None:
    """Two resources of one name are an error, as they are for kustomize."""
    for resource in more:
        if any(identity(resource) == identity(present) for present in onto):
            raise KustomizeError(f"{identity(resource)} is there twice")
        onto.append(copy.deepcopy(resource))  # YAML anchors share objects; a patch must change one place


def identity(resource: Resource) -> tuple[str, str, str]:
    """What makes a resource one: apiVersion, kind, name."""
    return resource["apiVersion"], resource["kind"], resource["metadata"]["name"]


def generate(directory: Path, generator: dict[str, Any], onto: list[Resource]) -> None:
    """One entry of configMapGenerator: a new ConfigMap, or keys for one that is there."""
    known(generator, GENERATOR, directory)
    data = dict(pairs(directory, generator))
    present = [r for r in onto if r["kind"] == "ConfigMap" and r["metadata"]["name"] == generator["name"]]
    merging = generator.get("behavior", "create") == "merge"
    if merging != bool(present):
        raise KustomizeError(
            f"{directory}: ConfigMap {generator['name']} cannot be {'merged' if merging else 'created'}"
        )
    if present:
        present[0]["data"].update(data)
    else:
        onto.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data})


def pairs(directory: Path, generator: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Keys and values from env files, whole files and literals."""
    for name in generator.get("envs", []):
        for line in (directory / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                key, _, value = line.partition("=")
                yield key, value
    for name in generator.get("files", []):
        yield name, (directory / name).read_text(encoding="utf-8")
    for literal in generator.get("literals", []):
        key, _, value = literal.partition("=")
        yield key, value


def patched(directory: Path, patch: dict[str, Any], onto: list[Resource]) -> None:
    """JSON patches (RFC 6902: add, replace, remove) on all resources of the target, which must exist."""
    target = patch["target"]
    known(target, TARGET, directory)
    chosen = [
        resource
        for resource in onto
        if resource["kind"] == target["kind"] and re.fullmatch(target.get("name", ".*"), resource["metadata"]["name"])
    ]
    if not chosen:
        raise KustomizeError(f"{directory}: no {target} to patch")
    for resource in chosen:
        for operation in yaml.safe_load(patch["patch"]):
            change(resource, operation)


def change(resource: Resource, operation: dict[str, Any]) -> None:
    """One operation of a JSON patch."""
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    place_: Any = resource
    for part in parents:
        place_ = place_[int(part) if isinstance(place_, list) else part]
    key: Any = int(last) if isinstance(place_, list) else last
    if operation["op"] in {"replace", "remove"}:
        place_[key]  # KeyError: there is nothing to replace or remove
    if operation["op"] == "remove":
        del place_[key]
    elif operation["op"] in {"add", "replace"} and isinstance(place_, dict | list):
        place_[key] = copy.deepcopy(operation["value"])
    else:
        raise KustomizeError(f"{operation['op']} is not rendered here")


def place(namespace: str, onto: list[Resource]) -> None:
    """Puts everything into one namespace; the Namespace itself takes its name."""
    for resource in onto:
        if resource["kind"] == "Namespace":
            resource["metadata"]["name"] = namespace
        else:
            resource["metadata"]["namespace"] = namespace
