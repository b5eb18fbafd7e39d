"""Whom a thing is about: each service knows a person by an id of its own, and a seal is different each time."""

import secrets
import uuid
from pathlib import Path

import pytest

from gateway.exchange.seals import Seals
from tests.support import apps

SERVICES = ("registry", "referrals", "cases")


@pytest.fixture
def seals(tmp_path: Path) -> Seals:
    keys = {
        "pairwise_keys": {service: secrets.token_hex(32) for service in SERVICES},
        "seal_key": secrets.token_hex(32),
    }
    return Seals(apps.settings("gateway", {"DATABASE_URL": "postgresql+asyncpg://nobody"}, tmp_path, **keys))


def test_no_two_services_know_a_person_by_the_same_id(seals: Seals) -> None:
    """Line 12: what two of them hold does not join, and none holds the id that the person signs in with."""
    people = [str(uuid.uuid4()) for _ in range(50)]
    known = [seals.known_as(service, person) for service in SERVICES for person in people]
    assert len({*known, *people}) == len(known) + len(people)
    assert known == [seals.known_as(service, person) for service in SERVICES for person in people]
    assert {uuid.UUID(each).version for each in known} == {8}


def test_two_seals_of_one_person_do_not_join(seals: Seals) -> None:
    person = str(uuid.uuid4())
    first, second = seals.seal(person), seals.seal(person)
    assert first != second
    assert seals.open(first) == seals.open(second) == person
    assert seals.open(first[:-4] + "AAAA") is None
