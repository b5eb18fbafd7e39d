"""Who may call what: decided for every operation, shown in the committed table, as the hand-written file expects."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import authorisation
from gateway.exchange import policy, routes
from tests.architecture import house

FILES = (policy.FILE, house.ROOT / "tests/system/authorisation.yaml")
TABLE = house.ROOT / "docs" / "authorisation.md"
EXPECTED: dict[str, Any] = yaml.safe_load((house.ROOT / "tests/system/authorisation.yaml").read_text("utf-8"))
OPENAPI = {app: house.ROOT / "docs" / "openapi" / f"{app}.json" for app in house.apps()}
# For operators, in every app; docs/authorisation.md says why no grant guards them.
OPERATORS = {"/health", "/ready", "/metrics", "/openapi.json"}


def lines(who: dict[tuple[str, str], str]) -> str:
    """As they stand in the hand-written file."""
    apps = sorted({app for app, _ in who})
    own = {app: [f"    {name}: {may}" for (where, name), may in sorted(who.items()) if where == app] for app in apps}
    return "\n".join(line for app in apps for line in (f"  {app}:", *own[app]))


def decided() -> dict[tuple[str, str], str]:
    documents = {app: house.built(app).openapi() for app in house.apps()}
    return {(each.app, each.name): each.who for each in authorisation.operations(documents)}


def expected() -> dict[tuple[str, str], str]:
    return {(app, name): who for app, own in EXPECTED["operations"].items() for name, who in own.items()}


def test_every_operation_of_the_openapi_documents_is_in_the_table() -> None:
    shown: dict[str, set[str]] = {app: set() for app in OPENAPI}
    app = ""
    for line in TABLE.read_text("utf-8").splitlines():
        app = line.removeprefix("## ") if line.startswith("## ") else app
        found = re.match(r"\| `([A-Z]+ \S+)` \|", line)
        if found:
            shown[app].add(found[1])
    missing = [
        f"{app}: {method.upper()} {path}"
        for app, document in OPENAPI.items()
        for path, methods in json.loads(document.read_text("utf-8"))["paths"].items()
        for method in methods
        if f"{method.upper()} {path}" not in shown[app]
    ]
    assert not missing, f"make docs: not in docs/authorisation.md: {missing}"


def offered(routes: Iterable[Any]) -> Iterator[str]:
    """The paths of an app, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included:
            yield from offered(included.routes)
        else:
            yield route.path


def test_nothing_is_offered_beside_the_table_but_to_operators() -> None:
    for app in house.apps():
        known = {name.partition(" ")[2] for where, name in decided() if where == app}
        hidden = set(offered(house.built(app).routes)) - known
        assert hidden == OPERATORS, f"{app}: say who may call {hidden - OPERATORS}"


def test_the_policy_is_what_the_hand_written_file_expects() -> None:
    real, wanted = decided(), expected()
    added = {place: who for place, who in real.items() if wanted.get(place) != who}
    gone = {place: who for place, who in wanted.items() if real.get(place) != who}
    assert not added, f"if it is meant so, tests/system/authorisation.yaml needs under `operations`:\n{lines(added)}"
    assert not gone, f"tests/system/authorisation.yaml expects what is not so any more:\n{lines(gone)}"


class Once(yaml.SafeLoader):
    """YAML keeps the last of two entries in silence; this one refuses the second."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"twice: {sorted({key for key in keys if keys.count(key) > 1})}"
        return super().construct_mapping(node, deep)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_said_twice(file: Path) -> None:
    assert yaml.load(file.read_text("utf-8"), Once)  # noqa: S506 - a SafeLoader


def test_who_administers_acts_on_more_than_the_own_organisation_and_the_table_says_on_what() -> None:
    documents = {app: house.built(app).openapi() for app in house.apps()}
    told = {each.name: each.condition for each in authorisation.operations(documents) if each.app == "identity"}
    inside = [f"{each.method} {each.template}" for each in routes.INTERNAL if each.service == "identity"]
    guessed = [name for name in inside if told.get(name, "").endswith("the own organisation's")]
    assert not guessed, f"say the condition in gateway/exchange/policy.yaml: {guessed}"
    assert "another organisation" in told["POST /v1/presences/{presence}:witness"]


def test_the_refusals_of_the_table_are_the_expected_ones() -> None:
    assert EXPECTED["refused"] == authorisation.REFUSED


def test_a_body_is_kept_for_real_operations_only() -> None:
    assert set(EXPECTED["bodies"]) <= {name for _, name in decided()}
