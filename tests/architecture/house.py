"""What the checks look at, discovered so that they hold for what comes: modules, apps, rooms, tables, routes."""

import ast
import functools
import importlib
import importlib.util
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import MetaData
from sqlmodel import SQLModel

from cli import documents
from shared.app import Service

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: tuple[str, ...] = tuple(PYPROJECT["tool"]["setuptools"]["packages"])
CODE = (*PACKAGES, "verify/jieli_verify")
APPS = ("services", "gateway")
OWN = ("/v1/me/", "/govstack/consent/service/individual/")  # paths of a person's own things
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of ours, read and parsed once."""

    path: Path

    @property
    def name(self) -> str:
        """The dotted name, or for a package's own file the package's."""
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    @property
    def where(self) -> str:
        """The path from the root, for messages."""
        return str(self.path.relative_to(ROOT))

    @functools.cached_property
    def text(self) -> str:
        """The source."""
        return self.path.read_text("utf-8")

    @functools.cached_property
    def tree(self) -> ast.Module:
        """The parsed source."""
        return ast.parse(self.text)

    @functools.cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree."""
        return tuple(ast.walk(self.tree))

    @functools.cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function and method."""
        return tuple(node for node in self.nodes if isinstance(node, Function))

    @functools.cached_property
    def imports(self) -> set[str]:
        """The dotted names it imports, `from x import y` as `x.y`."""
        found: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
        return found

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call with the last part of what is called."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield last_name(node.func), node


def last_name(node: ast.expr) -> str:
    """`c` of `a.b.c`, of `c`, of `c()`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return last_name(node.func) if isinstance(node, ast.Call) else ""


@functools.cache
def modules(*folders: str) -> tuple[Module, ...]:
    """The modules under the folders, without generated caches."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(Module(path) for path in paths)


def app_modules() -> tuple[Module, ...]:
    """The modules of the five apps, without their migrations."""
    return tuple(module for module in modules(*APPS) if ".migrations" not in module.name)


@functools.cache
def apps() -> dict[str, str]:
    """Every app that can be started: its name and its package."""
    services = {path.parent.name: f"services.{path.parent.name}" for path in (ROOT / "services").glob("*/main.py")}
    return services | ({"gateway": "gateway"} if (ROOT / "gateway" / "main.py").exists() else {})


def rooms() -> set[str]:
    """The rooms of the gateway."""
    return {path.parent.name for path in (ROOT / "gateway").glob("*/__init__.py")} - {"migrations"}


@functools.cache
def built(app: str) -> FastAPI:
    """The app as the factory makes it; nothing is started."""
    made = importlib.import_module(f"{apps()[app]}.main").create(documents.settings(app))
    assert isinstance(made, FastAPI)
    return made


def record(app: str) -> Service:
    """What the app tells the factory of itself."""
    found = importlib.import_module(f"{apps()[app]}.main").SERVICE
    assert isinstance(found, Service)
    return found


@functools.cache
def routes(app: str) -> list[APIRoute]:
    """The app's own routes, without the three that every app has for operators and that no grant guards."""
    own = [route for router in record(app).routers for route in router.routes if isinstance(route, APIRoute)]
    shown = {route.path_format for route in own if route.include_in_schema}
    assert set(built(app).openapi()["paths"]) == shown, f"{app} has routes that its record does not show"
    return own


def dependencies(dependant: Dependant) -> Iterator[Any]:
    """Everything callable that a route depends on, however deep."""
    for inner in dependant.dependencies:
        yield inner.call
        yield from dependencies(inner)


def metadata(app: str) -> MetaData:
    """All tables of one app (its own base's metadata)."""
    package = apps()[app]
    for module in app_modules():
        if module.name.startswith(package) and module.name.rsplit(".", 1)[-1] == "tables":
            importlib.import_module(module.name)
    base = importlib.import_module(f"{package}.tables").Base
    assert issubclass(base, SQLModel)
    found: MetaData = base.metadata
    return found


def tracked() -> list[Path]:
    """The files of the repository as git knows them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def lines_of_code(module: Module) -> int:
    """Lines that are neither blank nor only a comment."""
    stripped = (line.strip() for line in module.text.splitlines())
    return sum(1 for line in stripped if line and not line.startswith("#"))


def docstrings(module: Module) -> set[int]:
    """The ids of the nodes that are docstrings (or texts that stand alone)."""
    return {id(node.value) for node in module.nodes if isinstance(node, ast.Expr)}


def texts(module: Module) -> Iterator[tuple[int, str]]:
    """Every text constant with its line, docstrings left out."""
    said = docstrings(module)
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def route_table() -> tuple[Any, ...]:
    """The gateway's table of what may be called from outside."""
    table: tuple[Any, ...] = importlib.import_module("gateway.exchange.routes").ROUTES
    return table


def identifiers(module: Module) -> set[str]:
    """What a module calls its things."""
    found: set[str] = set()
    for node in module.nodes:
        if isinstance(node, ast.ClassDef | Function):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found
