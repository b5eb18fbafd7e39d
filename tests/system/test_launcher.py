"""What the launcher says when it cannot start: one line that tells what to do, and nothing left behind."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.local import checks, places, ports


def launched(directory: Path, command: str, extra: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The launcher's outcome; both regions on ports of their own."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(places.ROOT), "JIELI_RUN_DIR": str(directory), **extra}
    return subprocess.run(
        [sys.executable, "-m", "deploy.local.run", command],
        env=environ,
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def bases() -> dict[str, str]:
    """Port bases that nobody is given by chance."""
    first = ports.free(200)
    return {"JIELI_PORT_BASE_610118": str(first), "JIELI_PORT_BASE_621124": str(first + 100)}


def test_an_occupied_port_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    moved = bases()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(moved["JIELI_PORT_BASE_621124"]) + 3))
        taken.listen()
        outcome = launched(tmp_path, "run", moved)
    assert outcome.returncode == 1
    assert outcome.stderr.count("\n") == 1
    assert "referrals of region 621124" in outcome.stderr
    assert "JIELI_PORT_BASE_621124" in outcome.stderr


def test_a_second_launcher_over_the_same_directory_is_sent_away(tmp_path: Path) -> None:
    with checks.only_one(tmp_path):
        outcome = launched(tmp_path, "run", bases())
    assert outcome.returncode == 1
    assert outcome.stderr == f"jieli: Jieli already runs here (process {os.getpid()}): use it, or `make stop` first\n"


def test_stop_leaves_a_process_alone_that_is_no_launcher(tmp_path: Path) -> None:
    with checks.only_one(tmp_path):
        outcome = launched(tmp_path, "stop", bases())
    assert outcome.returncode == 1
    assert "left alone" in outcome.stderr


def test_stop_where_nothing_runs_says_so(tmp_path: Path) -> None:
    outcome = launched(tmp_path, "stop", bases())
    assert (outcome.returncode, outcome.stdout) == (0, "Jieli does not run here\n")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = launched(tmp_path / "file" / "run", "run", bases())
    assert outcome.returncode == 1
    assert "JIELI_RUN_DIR" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_a_server_of_the_operators_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    away = f"postgresql://admin:geheim@127.0.0.1:{ports.free()}/postgres"
    outcome = launched(tmp_path, "migrate", {**bases(), "JIELI_DATABASE_URL": away})
    assert outcome.returncode == 1
    assert "JIELI_DATABASE_URL" in outcome.stderr
    assert "geheim" not in outcome.stdout + outcome.stderr


@pytest.mark.parametrize("kept", ["notes.txt", "610118.bak"])
def test_reset_deletes_what_the_launcher_wrote_and_nothing_else(tmp_path: Path, kept: str) -> None:
    (tmp_path / kept).touch()
    (tmp_path / "610118" / "secrets").mkdir(parents=True)
    outcome = launched(tmp_path, "reset", bases())
    assert outcome.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [kept]
