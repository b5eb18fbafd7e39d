"""Keys that two sides share change one side after the other: what either key made is good, and nothing else."""

import secrets
import time

import pytest

from shared import grants
from shared.grants import Actor, Grant
from shared.problems import Problem
from shared.seals import Sealer
from shared.settings import in_turn

OLD, NEW, OTHER = (secrets.token_bytes(32) for _ in range(3))


def granted(key: bytes) -> str:
    now = int(time.time())
    call = {"method": "GET", "path": "/", "body": "", "kind": "public", "actor": Actor("anonymous")}
    return grants.issue(Grant(jti="one", aud="registry", iat=now, exp=now + 30, **call), key)  # type: ignore[arg-type]  # built from a dictionary


def test_a_setting_holds_one_key_or_two() -> None:
    assert in_turn("") == ()
    assert in_turn(OLD.hex()) == (OLD,)
    assert in_turn(f"{NEW.hex()},{OLD.hex()}") == (NEW, OLD)


def test_a_grant_by_either_key_is_good_while_they_change() -> None:
    for key in (NEW, OLD):
        assert grants.verify(granted(key), (NEW, OLD), time.time()).aud == "registry"


@pytest.mark.parametrize("keys", [(), (NEW,), (NEW, OLD)])
def test_a_grant_by_another_key_is_not(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(Problem) as refused:
        grants.verify(granted(OTHER if OLD in keys else OLD), keys, time.time())
    assert refused.value.kind.code == "grant-invalid"


def test_a_seal_is_made_by_the_first_key_and_opened_by_either() -> None:
    both = Sealer(NEW, "use", OLD)
    assert both.open(Sealer(OLD, "use").seal("text")) == "text"
    assert Sealer(NEW, "use").open(both.seal("text")) == "text"
    assert Sealer(OLD, "use").open(both.seal("text")) is None
    assert both.open(Sealer(OTHER, "use").seal("text")) is None
    assert both.open(Sealer(OLD, "another use").seal("text")) is None
    assert both.open("no seal") is None
