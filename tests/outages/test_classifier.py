"""Whoever steals every disk but the keys cannot tell by stand-ins of which group anybody is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outages import classifier
from tests.support import room

PEOPLE = 100


@pytest.fixture
def folder() -> Iterator[Path]:
    with room.folder("classifier") as made:
        yield made


@pytest.mark.timeout(1200)
async def test_a_classifier_over_a_dump_without_keys_stays_at_chance_and_finds_what_is_planted(folder: Path) -> None:
    verdict = await classifier.story(folder, PEOPLE)
    assert verdict.leaks == [], classifier.shown(verdict)
    assert verdict.missed == [], classifier.shown(verdict)
    assert len(verdict.planted) == len(classifier.PLANTED) + 1
