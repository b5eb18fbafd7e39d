"""The demonstration holds, again and again, and leaves no personal value in clear anywhere on the disk."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.local import places
from tests.support.launched import Installation

LEFT = re.compile(r'"name": "([^"]+)"|"phone": "([^"]+)"|"document_number": "([^"]+)"|"statement": "([^"]+)"')
# What the two regions' people hold in their hands, and the operator's own key files, are not the platform's storage.
HELD = {"messages.jsonl"}


def tell(platform: Installation) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "demo"]
    return subprocess.run(
        command, env=platform.environ, cwd=places.ROOT, capture_output=True, text=True, check=False, timeout=110
    )


@pytest.fixture(scope="module")
def told(platform: Installation) -> str:
    first = tell(platform)
    assert first.returncode == 0, first.stdout[-2000:] + first.stderr
    return first.stdout


def test_every_expectation_holds_and_holds_again_with_a_fresh_family(platform: Installation, told: str) -> None:
    again = tell(platform)
    assert again.returncode == 0, again.stdout[-2000:] + again.stderr
    assert again.stdout.splitlines()[-1] == told.splitlines()[-1]
    assert int(re.findall(r"(\d+) expectations held", told)[0]) > 60


def organisations(platform: Installation) -> set[str]:
    """What is called as it is for everybody to read."""
    url = f"{platform.regions()['receiving'].gateway_url}/v1/organizations"
    return {each["name"] for each in httpx.get(url, trust_env=False).json()["organizations"]}


async def test_no_personal_value_lies_in_clear_on_any_disk(platform: Installation, told: str) -> None:
    values = {value for found in LEFT.findall(told) for value in found if value} - organisations(platform)
    assert len(values) >= 6
    for region in ("610118", "621124"):
        await platform.rows(region, "registry", "CHECKPOINT")
    needles = {form for value in values for form in (value.encode(), json.dumps(value)[1:-1].encode())}
    files = [path for path in platform.directory.rglob("*") if path.is_file() and path.name not in HELD]
    assert len(files) > 1000
    found = {path.name for path in files if holds(path, needles)}
    assert not found, f"personal values in clear in {found}"


def holds(path: Path, needles: set[bytes]) -> bool:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    return any(needle in content for needle in needles)


async def test_the_search_finds_what_is_there(platform: Installation) -> None:
    await platform.rows("610118", "registry", "CREATE TABLE planted AS SELECT '种下的金丝雀'::text AS name")
    await platform.rows("610118", "registry", "CHECKPOINT")
    files = [path for path in platform.directory.rglob("*") if path.is_file()]
    assert any(holds(path, {"种下的金丝雀".encode()}) for path in files)
    await platform.rows("610118", "registry", "DROP TABLE planted")
