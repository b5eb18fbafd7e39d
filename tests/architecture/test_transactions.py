"""Data: every SELECT in queries, nobody commits, states move by their machine, ids are UUIDv7, one linear history."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from shared import requests
from tests.architecture import house
from tests.architecture.house import Function, Module

SELECTS = re.compile(r"\bSELECT\b(?!\s+(?:pg|PG)_)")
WRITES = re.compile(r"\b(?:INSERT|DELETE|(?<!FOR )UPDATE)\b")
SETS_STATE = re.compile(r"\bSET\b(?:(?!\bWHERE\b).)*\bstate\s*=", re.DOTALL)
MADE_BY_SQL = re.compile(r"gen_random_uuid|uuid_generate|uuidv[47]", re.IGNORECASE)
MAY_COMMIT = {"gateway.audit.commands": "one durable commit for the entries of many calls"}
MAY_BE_RANDOM = {
    "services.identity.commands.codes": "a resident's own id: UUIDv7 would tell when she first came",
    "gateway.webhooks.commands": "a webhook-id that tells the time would undo the chance in when it is told",
    "gateway.exchange.forward": "a grant's jti is no thing",
    "gateway.audit.views": "the id of a decision, as in exchange",
    "gateway.exchange.calls": "the id of a decision must not tell which came before",
}
VERSIONS = {str(path.parent): path for path in house.ROOT.glob("**/migrations/versions/__init__.py")}


def is_queries(module: Module) -> bool:
    return "queries" in module.name.split(".")


def shouted(call: ast.Call) -> str:
    """The SQL within `text(...)` in capitals: elsewhere a small `select` may be a word of a sentence."""
    parts = [each.value for each in ast.walk(call) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return " ".join(parts).upper()


def test_every_select_stands_in_queries() -> None:
    """Reading is decided, scoped and found in one place; INSERT ... SELECT and RETURNING are writing."""
    elsewhere = [module for module in house.app_modules() if not is_queries(module)]
    built = [f"{m.where}:{call.lineno}" for m in elsewhere for name, call in m.calls() if name == "select"]
    loaded = [
        f"{m.where}:{call.lineno}"
        for m in elsewhere
        for name, call in m.calls()
        if name in ("get", "get_one", "refresh") and isinstance(call.func, ast.Attribute)
        if house.last_name(call.func.value) == "session"
    ]
    written = [
        f"{m.where}:{line}"
        for m in elsewhere
        for line, text in house.texts(m)
        if SELECTS.search(text) and not WRITES.search(text)
    ]
    written += [
        f"{m.where}:{call.lineno}"
        for m in elsewhere
        for name, call in m.calls()
        if name == "text" and SELECTS.search(said := shouted(call)) and not WRITES.search(said)
    ]
    assert not built + loaded + written, f"move these to queries: {built + loaded + written}"


def test_nobody_commits() -> None:
    """The request's or fact's one transaction commits by itself, before the answer leaves."""
    commits = [
        f"{module.where}:{call.lineno}"
        for module in house.app_modules()
        if module.name not in MAY_COMMIT
        for name, call in module.calls()
        if name in ("commit", "rollback")
    ]
    assert not commits, f"leave it to the transaction that is open: {commits}"


def test_a_transaction_commits_before_the_answer_leaves() -> None:
    """FastAPI's default scope of a yielding dependency ends after the answer was sent."""
    assert get_args(requests.SessionDep)[1].scope == "function"
    yielding = {
        function.name
        for module in house.modules(*house.APPS, "shared")
        for function in module.functions
        if any(isinstance(node, ast.Yield) for node in ast.walk(function))
    }
    late = [
        f"{module.where}:{call.lineno}"
        for module in house.modules(*house.APPS, "shared")
        for name, call in module.calls()
        if name == "Depends" and call.args and house.last_name(call.args[0]) in yielding
        if not any(word.arg == "scope" for word in call.keywords)
    ]
    assert not late, f'write scope="function": {late}'


def moved(function: Function) -> set[str]:
    """Names that hold a state which a machine gave, in this function."""
    names: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(by_machine(value, set()) for value in parts(node.value)):
            names |= {target.id for each in node.targets for target in parts(each) if isinstance(target, ast.Name)}
    return names


def parts(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def by_machine(value: ast.expr, names: set[str]) -> bool:
    """`MACHINE.after(...)`, `MACHINE.initial`, one of both, or a name that holds such a state."""
    if isinstance(value, ast.IfExp):
        return by_machine(value.body, names) and by_machine(value.orelse, names)
    if isinstance(value, ast.Name):
        return value.id in names
    if isinstance(value, ast.Attribute):
        return value.attr == "initial"
    return isinstance(value, ast.Call) and house.last_name(value.func).startswith("after")


def test_a_state_is_what_its_machine_says() -> None:
    """One door: `thing.state = MACHINE.after(thing.state, verb)`; no statement sets a state by itself."""
    wrong = [
        f"{module.where}:{node.lineno}"
        for module in house.app_modules()
        for function in module.functions
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        for left, right in zip(parts(target), parts(node.value), strict=False)
        if isinstance(left, ast.Attribute) and left.attr == "state" and not by_machine(right, moved(function))
    ]
    wrong += [
        f"{m.where}:{line}" for m in house.app_modules() for line, text in house.texts(m) if SETS_STATE.search(text)
    ]
    wrong += [
        f"{module.where}:{call.lineno}"
        for module in house.app_modules()
        for name, call in module.calls()
        if name == "values" and "update" in ast.unparse(call.func)
        if any(word.arg == "state" and not by_machine(word.value, set()) for word in call.keywords)
    ]
    assert not wrong, f"ask the transition table: {wrong}"


def test_ids_of_things_are_uuid7() -> None:
    named = [
        f"{module.where}:{node.lineno}"
        for module in house.app_modules()
        if module.name not in MAY_BE_RANDOM
        for node in module.nodes
        if isinstance(node, ast.Attribute | ast.Name) and house.last_name(node) in ("uuid1", "uuid4", "uuid7")
    ]
    made = [
        f"{m.where}:{line}" for m in house.app_modules() for line, text in house.texts(m) if MADE_BY_SQL.search(text)
    ]
    assert not named + made, f"take shared.ids.new(): {named + made}"


@pytest.mark.parametrize("folder", sorted(VERSIONS))
def test_migrations_are_one_numbered_line(folder: str) -> None:
    """0001, 0002, ...: no branches, one head, and the file's number is its revision."""
    files = sorted(path for path in Path(folder).glob("*.py") if path.name != "__init__.py")
    numbers = [path.name.split("_")[0] for path in files]
    assert numbers == [f"{number:04d}" for number in range(1, len(files) + 1)]
    before: str | None = None
    for path, number in zip(files, numbers, strict=True):
        values = assigned(path)
        assert (values["revision"], values["down_revision"]) == (number, before), path.name
        before = number


def assigned(path: Path) -> dict[str, object]:
    """The constants that a migration declares."""
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
