"""Connections that die, and stores that go away under load, lose no event, bury none, and show at /ready."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outages import outages

AWAY = 10.0  # seconds
BACK = 20.0  # seconds until work goes on


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jieli-outages-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)  # PostgreSQL may run as nobody and has to pass through
        yield Path(made)


async def test_every_event_arrives_whatever_went_away(folder: Path) -> None:
    report = await outages.story(folder, AWAY, every=False)
    assert report.wrong == dict.fromkeys(report.wrong, 0)
    assert max(report.back_after.values()) < BACK, report.back_after
