"""Whoever is not the person obtains nobody beyond those whom a referral, a case or a request names to them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.outages import crowd, enumerate
from tests.outages.crowd import Crowd
from tests.support import attempts, launched, room
from tests.support.launched import Installation

MINUTES, PEOPLE = 15, 40
EVERY = {f"{each.method} {each.path}" for each in attempts.operations()}


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """One of which the partner's agreement allows as much as an office of its size needs."""
    with room.folder("enumerate") as folder:
        with launched.ready(crowd.installation(folder)) as made:
            yield made


@pytest.fixture(scope="module")
def people(installation: Installation) -> Crowd:
    return crowd.gathered(installation, PEOPLE)


@pytest.mark.timeout(900)
def test_nobody_is_obtained_beyond_those_who_are_named(installation: Installation, people: Crowd) -> None:
    for outsider, tally in enumerate.attacked(installation, people, MINUTES).values():
        assert enumerate.wrong(outsider, tally) == [], outsider.name
        assert tally.tried >= EVERY, outsider.name


@pytest.mark.timeout(300)
def test_whom_one_should_not_see_would_be_noticed(installation: Installation, people: Crowd) -> None:
    """The partner, as if what is its own were another's: both what it sees and how it differs from nothing."""
    partner = crowd.outsiders(installation, people)[0]
    tally = enumerate.hour(installation, people, replace(partner, may=frozenset(), own=frozenset()), MINUTES)
    assert tally.seen >= partner.may
    assert any(each.startswith("GET /v1/referrals/") for each in tally.unlike)
