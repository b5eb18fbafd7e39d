"""The project: two commands in the README, documented targets, locks without addresses, nothing of a machine's own."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture import house

MAKEFILE = (house.ROOT / "Makefile").read_text("utf-8")
LOCKS = ("requirements.lock", "requirements-dev.lock")
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)(.*)$", re.MULTILINE)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
# Folders that exist on one machine only, and where packages come from; what a container or the RFCs call so may stay.
OF_A_MACHINE = re.compile(r"(?<![\w./$}-])/(?:wor[k]|home|Users|roo[t]|tmp/[a-z]+)/|file:///(?!schemas)[a-z]")
INDEXES = re.compile(r"pypi\.or[g]|pythonhosted\.or[g]|/simpl[e]/|--(?:extra-)?index-ur[l]|GOPROX[Y]")
SECRET = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KE[Y]-----\n[A-Za-z0-9+/]{20}|\"d\"\s*:\s*\"[A-Za-z0-9_-]{40,}\"")
BINARY = {".png", ".jpg", ".woff2", ".gz", ".pub", ".sig"}
LARGE = 2_000_000  # bytes
# What README.md says of the limits, whatever else it says there (design, at the end of the twelve lines).
LIMITS = (
    "can change the software",
    "Recipients see names",
    "The log proves what passed through this software and nothing else",
    "can collude",
    "tells it where one asks from",
    "No affected community and no independent auditor",
    "independent oversight",
)


def readable() -> list[Path]:
    return [path for path in house.tracked() if path.suffix not in BINARY]


def targets() -> dict[str, str]:
    return dict(TARGET.findall(MAKEFILE))


def found(pattern: re.Pattern[str]) -> list[str]:
    """Where a tracked file has it."""
    return [
        f"{path.relative_to(house.ROOT)}:{number}"
        for path in readable()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_the_readme_names_the_commands() -> None:
    for readme in house.ROOT.glob("README.md"):
        for command in ("make run", "make demo", "make test", "make stop", "make reset"):
            assert command in readme.read_text("utf-8"), f"README.md does not name `{command}`"


def section(title: str) -> str:
    """A section of README.md in one line."""
    readme = (house.ROOT / "README.md").read_text("utf-8")
    return " ".join(readme.partition(f"\n## {title}\n")[2].partition("\n## ")[0].split())


def test_the_readme_tells_the_truth_about_the_limits() -> None:
    limits = section("The truth about its limits")
    assert not [words for words in LIMITS if words not in limits]
    assert "declined" in section("What it does not do")


@pytest.mark.parametrize("app", sorted(house.apps()))
def test_every_app_says_what_it_is(app: str) -> None:
    readme = house.ROOT / house.apps()[app].replace(".", "/") / "README.md"
    assert readme.exists() and readme.read_text("utf-8").startswith(f"# {app}"), f"say it in {app}'s README.md"


def test_what_a_project_needs_is_there() -> None:
    for name in ("LICENSE", "SECURITY.md", "CHANGELOG.md", ".ci/run"):
        assert (house.ROOT / name).exists(), name
    assert "Apache License" in (house.ROOT / "LICENSE").read_text("utf-8")


def test_every_target_is_documented_and_phony() -> None:
    silent = [name for name, rest in targets().items() if "## " not in rest]
    assert not silent, f"write `## what it does`: {silent}"
    declared = set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())
    assert declared == set(targets())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("=== FAILURES ===\nE       assert 1 == 2\n1 failed", "E       assert 1 == 2"),
        ("F401 unused\n --> x.py:1:8", " --> x.py:1:8"),
        ("     3  dead letters", "     3  dead letters"),
    ],
)
def test_the_check_before_landing_runs_every_part_and_says_at_the_end_why_one_failed(
    tmp_path: Path, said: str, why: str
) -> None:
    """With a make that does nothing, but for one part that fails."""
    (tmp_path / "said").write_text(said)
    fails = f'case "$1" in system) cat "{tmp_path}/said"; exit 2;; esac'
    for name, text in (("make", fails), ("fc-list", "echo a letter"), ("chromium", "")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "JIELI_CHROMIUM": str(tmp_path / "chromium")}
    ran = subprocess.run([house.ROOT / ".ci" / "run"], env=environ, capture_output=True, text=True, timeout=60)
    parts = set(re.findall(r"== make ([a-z-]+)$", ran.stdout, re.MULTILINE))
    needed = {"lint", "types", "test", "system", "outages", "conformance", "browser", "crash"}
    assert needed <= parts <= set(targets())
    assert ran.returncode == 1
    assert re.search(f"== make system: why\n{re.escape(why)}\n+== failed: make system\n$", ran.stdout)


def test_make_test_runs_every_suite() -> None:
    """A new folder of tests is a suite, or it is named where it runs instead."""
    suites = set(re.findall(r"^SUITES := (.*)$", MAKEFILE, re.MULTILINE)[0].split())
    folders = {path.parent.name for path in (house.ROOT / "tests").glob("*/__init__.py")}
    assert folders - {"support"} - suites <= {"system", "federation", "outages", "conformance", "browser"}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_no_addresses(name: str) -> None:
    text = (house.ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert not INDEXES.search(text)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    bare = [block.split("\n")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert not bare


def test_both_locks_pin_the_same_and_everything_needed() -> None:
    run, dev = (dict(PINNED.findall((house.ROOT / name).read_text("utf-8"))) for name in LOCKS)
    assert run and {name: dev.get(name) for name in run} == run, "make lock"
    needed = {re.split(r"[\[<>=~!; ]", each)[0].lower() for each in house.PYPROJECT["project"]["dependencies"]}
    assert needed <= {name.lower() for name in run}, "make lock"


def test_nothing_of_one_machine_is_in_the_repository() -> None:
    assert not found(OF_A_MACHINE)


def test_no_package_index_is_named() -> None:
    assert not found(INDEXES)


def test_no_secret_is_in_the_repository() -> None:
    leaked = [path.name for path in readable() if SECRET.search(path.read_text("utf-8", errors="replace"))]
    assert not leaked, "secrets are made per installation, under .run/"


def test_no_file_is_huge_and_none_is_made_by_a_run() -> None:
    assert not [str(path) for path in house.tracked() if path.stat().st_size > LARGE]
    made = {"__pycache__", ".run", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
    assert not [str(path) for path in house.tracked() if made & set(path.parts)]
