"""Writing: docstrings, imports at the top, exceptions from checks with a reason, nothing left half-done."""

import ast
import re
from collections.abc import Iterator

from tests.architecture import house
from tests.architecture.house import Function, Module

ALL = (*house.CODE, "benchmarks", "tests")
EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<rest>.*)")
REASONED = re.compile(r"^:?\s*(?:[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*\s+[-–]|\[[a-z-]+(?:,\s*[a-z-]+)*\]\s+#)\s*\S.{5,}")
LEFT_OVER = re.compile("T[O]DO|FIX[M]E|X{3}|HAC[K]")
MAY_PAUSE = {"tests.outages.crash": "a client waits a moment before it tries a platform again that was just killed"}
NOT_RUN = frozenset({"skip", "skipif", "xfail", "importorskip"})


def public(module: Module) -> Iterator[ast.ClassDef | Function]:
    """Functions and classes that others may use, and their methods."""
    for node in module.tree.body:
        if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from (m for m in node.body if isinstance(m, Function) and not m.name.startswith("_"))


def test_every_module_says_what_it_holds() -> None:
    silent = [m.where for m in house.modules(*ALL) if m.text.strip() and not ast.get_docstring(m.tree)]
    assert not silent, f"begin with one line that says what it holds: {silent}"


def test_what_is_public_says_what_it_does() -> None:
    silent = [
        f"{module.where}:{node.lineno} {node.name}"
        for module in house.modules(*house.CODE)
        if ".migrations.versions" not in module.name
        for node in public(module)
        if not ast.get_docstring(node)
    ]
    assert not silent, f"say it in a docstring: {silent}"


def test_imports_stand_at_the_top() -> None:
    inside = [
        f"{module.where}:{node.lineno}"
        for module in house.modules(*ALL)
        for function in module.functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside, f"an import inside a function hides a cycle: {inside}"


def test_types_are_imported_for_real() -> None:
    hidden = [
        f"{module.where}:{node.lineno}"
        for module in house.modules(*ALL)
        for node in module.nodes
        if isinstance(node, ast.Name | ast.Attribute) and house.last_name(node) == "TYPE_CHECKING"
    ]
    assert not hidden, f"a TYPE_CHECKING block hides a cycle: {hidden}"


def test_an_exception_from_a_check_has_its_reason_beside_it() -> None:
    """As in `noqa: CODE - reason` and `type: ignore[code]  # reason`."""
    bare = [
        f"{module.where}:{number}"
        for module in house.modules(*ALL)
        for number, line in enumerate(module.text.splitlines(), 1)
        if (found := EXCEPTION.search(line)) and not REASONED.match(found["rest"])
    ]
    assert not bare, f"say why: {bare}"


def test_nothing_is_left_half_done() -> None:
    marked = [
        f"{module.where}:{number}"
        for module in house.modules(*ALL)
        for number, line in enumerate(module.text.splitlines(), 1)
        if LEFT_OVER.search(line)
    ]
    raised = [
        f"{module.where}:{node.lineno}"
        for module in house.modules(*ALL)
        if ".migrations.versions" not in module.name
        for node in module.nodes
        if isinstance(node, ast.Raise) and node.exc and house.last_name(node.exc) == "NotImplementedError"
    ]
    assert not marked + raised, f"finish it or file it: {marked + raised}"


def test_no_test_is_skipped() -> None:
    skipped = [
        f"{module.where}:{node.lineno}"
        for module in house.modules("tests")
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and node.attr in NOT_RUN
        and house.last_name(node.value) in ("pytest", "mark")
    ]
    assert not skipped, f"a test that is not run says nothing: {skipped}"


def test_no_test_sleeps() -> None:
    """Tests wait for a condition (tests.support.until), the one place that pauses; sleep(0) only yields."""
    asleep = [
        f"{module.where}:{call.lineno}"
        for module in house.modules("tests")
        if not module.name.startswith("tests.support.") and module.name not in MAY_PAUSE
        for name, call in module.calls()
        if name == "sleep" and not (call.args and getattr(call.args[0], "value", None) == 0)
    ]
    assert not asleep, f"wait for a condition: {asleep}"
