"""The quick start's own blocks run against a running platform and print what the page says."""

import os
import re
import subprocess
import sys

from deploy.local import places
from tests.support.launched import Installation

PAGE = places.ROOT / "docs" / "quick-start.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(PAGE.read_text("utf-8")) if name == language]


def test_the_page_ends_in_answered_calls(platform: Installation) -> None:
    """As a newcomer has it, but for the port and the folder, which lie elsewhere here."""
    here = platform.regions()["receiving"].gateway_url
    script = "".join(blocks("python")).replace("http://127.0.0.1:7100", here).replace(".run/", f"{platform.run}/")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(places.ROOT / "clients" / "python")}
    for _ in range(2):  # whoever tries again has the same
        ran = subprocess.run(
            [sys.executable, "-c", script], env=environ, cwd=places.ROOT, capture_output=True, text=True, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout == "".join(blocks("text"))


def test_the_commands_of_the_page_are_those_of_the_makefile() -> None:
    makefile = (places.ROOT / "Makefile").read_text("utf-8")
    named = re.findall(r"`?make ([a-z-]+)", PAGE.read_text("utf-8"))
    assert named and all(f"\n{target}:" in makefile for target in named)
