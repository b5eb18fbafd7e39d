"""Whom a thing is about: each service knows a person by an id of its own, and a seal is different each time."""

import secrets
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.exchange import routes
from gateway.exchange.calls import Call
from gateway.exchange.credentials import Caller
from gateway.exchange.forward import Outgoing
from gateway.exchange.rules import Request
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


def test_services_are_told_nothing_in_common_of_whose_session_it_is(seals: Seals) -> None:
    """Line 12: the id of a session, a presence or a delegation would join what two of them hold."""
    person, session = str(uuid.uuid4()), str(uuid.uuid4())
    match = routes.match("GET", "/v1/me/record")
    assert match
    names = frozenset({("session", session), ("client", "portal")})
    caller = Caller("resident", person, "portal", "org-a", "", frozenset(), 0, "", names)
    request = Request(kind="self", operation=match.route.operation, caller_type="resident")
    call = Call(match, caller, Outgoing("GET", "/v1/me/record", {}), request, None, "610118", "", persons=(person,))
    told = {service: str(call.claims(SimpleNamespace(seals=seals), service)) for service in (*SERVICES, "identity")}  # type: ignore[arg-type]  # of a desk only its seals are asked
    assert session in told["identity"]
    assert not [service for service in SERVICES if session in told[service] or person in told[service]]
