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


def test_a_seal_of_an_older_key_opens_and_no_id_changes(tmp_path: Path) -> None:
    old, newer, newest = (secrets.token_hex(32) for _ in range(3))
    person, pairwise = str(uuid.uuid4()), {service: secrets.token_hex(32) for service in SERVICES}

    def with_keys(*ring: str) -> Seals:
        keys = {"pairwise_keys": pairwise, "seal_key": ",".join(ring)}
        return Seals(apps.settings("gateway", {"DATABASE_URL": "postgresql+asyncpg://nobody"}, tmp_path, **keys))

    before, after = with_keys(old), with_keys(newest, newer, old)
    assert after.open(before.seal(person)) == after.open(with_keys(newer).seal(person)) == person
    assert before.open(after.seal(person)) is None
    assert [before.known_as(each, person) for each in SERVICES] == [after.known_as(each, person) for each in SERVICES]


def test_two_seals_of_one_person_do_not_join(seals: Seals) -> None:
    person = str(uuid.uuid4())
    first, second = seals.seal(person), seals.seal(person)
    assert first != second
    assert seals.open(first) == seals.open(second) == person
    assert seals.open(first[:-4] + "AAAA") is None
