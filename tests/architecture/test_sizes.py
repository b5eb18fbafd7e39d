"""Sizes: small files and functions, few parameters, a small `shared`, as much test as code."""

import ast
from collections.abc import Callable

from tests.architecture import house
from tests.architecture.house import Function, Module

FILE = 400  # lines
FUNCTION = 50  # lines
PARAMETERS = 5
SHARED = 2_200  # lines of code outside contracts/; 2,100 until every app had to be able to erase somebody for good
SHARED_FILES = 26
TESTS_PER_CODE = (0.5, 2.0)  # the aim is 1.0: the lower bound follows what was reached and never goes back


def too_long(function: Function) -> bool:
    return (function.end_lineno or 0) - function.lineno + 1 > FUNCTION


def too_many(function: Function) -> bool:
    arguments = function.args
    named = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return len([name for name in named if name not in ("self", "cls") and not name.startswith("_")]) > PARAMETERS


def functions(modules: tuple[Module, ...], wrong: Callable[[Function], bool]) -> list[str]:
    return [f"{m.where}:{f.lineno} {f.name}" for m in modules for f in m.functions if wrong(f)]


def test_files_are_short() -> None:
    every = house.modules(*house.CODE, "benchmarks", "tests")
    long = [f"{m.where}: {n}" for m in every if (n := len(m.text.splitlines())) > FILE]
    assert not long, f"past {FILE} lines a file becomes a package, split by noun: {long}"


def test_functions_are_short() -> None:
    long = functions(house.modules(*house.CODE, "benchmarks", "tests"), too_long)
    assert not [name for name in long if "/migrations/" not in name], f"over {FUNCTION} lines: {long}"


def test_functions_take_few_parameters() -> None:
    many = functions(house.modules(*house.CODE, "benchmarks"), too_many)
    assert not many, f"more than {PARAMETERS} parameters: give what belongs together a name: {many}"


def test_shared_stays_small() -> None:
    outside = [module for module in house.modules("shared") if ".contracts" not in module.name]
    lines = sum(map(house.lines_of_code, outside))
    assert lines <= SHARED, f"shared has {lines} lines: what fewer than three apps use belongs to them"
    assert len(outside) <= SHARED_FILES


def test_there_is_about_as_much_test_as_code() -> None:
    generated = [m for m in house.modules(*house.CODE) if ".migrations.versions" not in m.name]
    code = sum(map(house.lines_of_code, generated))
    tests = sum(map(house.lines_of_code, house.modules("tests")))
    least, most = TESTS_PER_CODE
    assert least <= tests / code <= most, f"{tests} lines of tests to {code} of code: {tests / code:.2f}"


def test_functions_are_typed() -> None:
    """What mypy --strict wants, seen also where mypy is not told to look."""
    untyped = functions(house.modules(*house.CODE, "benchmarks"), lambda function: function.returns is None)
    assert not untyped, f"write the return type: {untyped}"


def test_no_class_is_a_namespace() -> None:
    """A class of static methods only is a module that pretends."""
    empty = [
        f"{module.where}:{node.lineno} {node.name}"
        for module in house.modules(*house.CODE)
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and node.body and all(is_static(member) for member in node.body)
    ]
    assert not empty, f"make these functions of a module: {empty}"


def is_static(member: ast.stmt) -> bool:
    return isinstance(member, Function) and any(
        house.last_name(each) == "staticmethod" for each in member.decorator_list
    )
