"""kill -9 of all processes in the middle of a loop that creates referrals loses and doubles nothing."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outages import crash


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jieli-crash-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)  # PostgreSQL may run as nobody and has to pass through
        yield Path(made)


async def test_what_was_acknowledged_outlives_a_kill_of_everything(folder: Path) -> None:
    found = await crash.story(folder, rounds=1)
    assert found == dict.fromkeys(found, 0)
