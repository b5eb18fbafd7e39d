"""The verifier stands alone: nothing of the platform is in it, and it runs where the platform is not."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

HOME = Path(__file__).parents[3] / "verify"
SOURCES = sorted(HOME.rglob("*.py"))


def _imported(source: Path) -> set[str]:
    """The top-level packages that a file imports."""
    found = set()
    for statement in ast.walk(ast.parse(source.read_text())):
        if isinstance(statement, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            found.add((statement.module or "").partition(".")[0])
    return found


def test_it_imports_itself_the_standard_library_and_cryptography() -> None:
    assert len(SOURCES) > 4
    foreign = {
        name
        for source in SOURCES
        for name in _imported(source) - sys.stdlib_module_names - {"cryptography", "jieli_verify"}
    }
    assert foreign == set()


def test_its_package_asks_for_nothing_else() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    assert [line.partition(">")[0] for line in project["dependencies"]] == ["cryptography"]


def test_it_runs_without_the_platform(tmp_path: Path) -> None:
    """-I leaves the current folder and PYTHONPATH out, as on a machine that has only the verifier."""
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "from jieli_verify.__main__ import main\n"
        "ours = {'gateway', 'shared', 'services', 'cli', 'demo', 'deploy'}\n"
        "assert not ours & {name.partition('.')[0] for name in sys.modules}\n"
        "raise SystemExit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-I", "-c", script, str(HOME), "proof", "--key", "nothing+here+x", "bundle.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("UNUSABLE: ")
