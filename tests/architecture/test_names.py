"""Names: our packages are the ones imported, nothing is published, and names say what a thing is."""

import ast
import importlib
from pathlib import Path

import pytest

from tests.architecture import house

VAGUE = frozenset(
    "util utils helper helpers manager managers base common_utils misc repository repositories dao".split()
)
NO_CLASS = ("Manager", "Helper", "Repository")  # a repository is `queries` and `commands` under another name


@pytest.mark.parametrize("package", [*house.PACKAGES, "tests"])
def test_our_packages_are_imported_from_this_repository(package: str) -> None:
    """`shared` and `services` are names that others published too."""
    found = Path(str(importlib.import_module(package).__file__))
    assert found.is_relative_to(house.ROOT), f"{package} comes from {found}: put this repository first"


@pytest.mark.parametrize("package", house.PACKAGES)
def test_packages_are_regular_and_typed(package: str) -> None:
    assert (house.ROOT / package / "__init__.py").exists(), "a namespace package loses to any regular one on the path"
    assert (house.ROOT / package / "py.typed").exists(), f"{package}/py.typed is missing: its types are not seen"


def test_every_folder_of_tests_is_a_package() -> None:
    """One without would not count as a suite, and `make test` would pass it by."""
    folders = {module.path.parent for module in house.modules("tests")}
    bare = [str(folder.relative_to(house.ROOT)) for folder in folders if not (folder / "__init__.py").exists()]
    assert not bare, f"add __init__.py: {bare}"


def test_the_distribution_is_never_published() -> None:
    assert "Private :: Do Not Upload" in house.PYPROJECT["project"]["classifiers"]


def test_no_module_has_a_vague_name() -> None:
    vague = [module.where for module in house.modules(*house.CODE, "tests") if module.path.stem in VAGUE]
    assert not vague, f"name these after what they hold: {vague}"


def test_things_have_a_state_and_no_status() -> None:
    """Status is HTTP's word; a class of ours named so would be a state."""
    classes = [
        f"{module.where}: {node.name}"
        for module in house.modules(*house.CODE)
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and ("Status" in node.name or node.name.endswith(NO_CLASS))
    ]
    assert not classes, f"say State, and name what it is: {classes}"
