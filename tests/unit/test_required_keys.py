"""What keeps an app from starting is said in one line; nothing is believed without a key."""

import base64
import hmac
import importlib
import time
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from cli import documents
from deploy.local import region
from shared import grants
from shared.grants import Actor, Grant
from shared.problems import Problem
from shared.settings import Settings, SettingsError

NEEDED = [
    *((app, "grant_key") for app in region.MODULES if app != "gateway"),
    ("identity", "token_key"),
    *(("gateway", name) for name in ("seal_key", "token_key", "service_urls", "grant_keys", "pairwise_keys")),
]


def create(app: str, **changed: object) -> None:
    settings = documents.settings(app).model_copy(update=changed)
    importlib.import_module(region.MODULES[app]).create(settings)


@pytest.mark.parametrize(("app", "name"), NEEDED)
def test_an_app_does_not_start_without_its_keys(app: str, name: str) -> None:
    empty = type(getattr(documents.settings(app), name))()
    with pytest.raises(SettingsError, match=f"{app} cannot start: JIELI_{name.upper()}: .* must be set") as error:
        create(app, **{name: empty})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["service_urls", "grant_keys", "pairwise_keys"])
@pytest.mark.parametrize("value", [{}, {"cases": ""}])
def test_the_gateway_wants_every_service_in_its_maps(name: str, value: Mapping[str, str]) -> None:
    usual = getattr(documents.settings("gateway"), name)
    some = {service: entry for service, entry in usual.items() if service != "cases"} | value
    with pytest.raises(SettingsError, match=f"JIELI_{name.upper()}: cases must be set"):
        create("gateway", **{name: some})


def test_an_app_starts_with_them() -> None:
    for app in region.MODULES:
        create(app)


@pytest.mark.parametrize("text", ["{", "", "x", '{"a": 1'])
def test_a_map_that_is_no_json_is_named_in_one_line(text: str) -> None:
    with pytest.raises(SettingsError, match=r"JIELI_SERVICE_URLS is no JSON") as error:
        Settings.load("gateway", {"JIELI_SERVICE_URLS": text})
    assert "\n" not in str(error.value)


def forged(key: bytes) -> str:
    now = int(time.time())
    more: dict[str, Any] = {"method": "GET", "path": "/", "body": "", "kind": "platform", "actor": Actor("gateway")}
    payload = msgspec.json.encode(Grant(jti="x", aud="registry", iat=now, exp=now + 30, **more))
    parts = (payload, hmac.digest(key, payload, "sha256"))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("key", [b"", b"k" * 31])
def test_a_grant_by_a_short_key_is_worth_nothing(key: bytes) -> None:
    with pytest.raises(Problem, match="grant-invalid"):
        grants.verify(forged(key), [key], time.time())


def test_a_grant_by_a_whole_key_is_taken() -> None:
    key = b"k" * 32
    assert grants.verify(forged(key), [key], time.time()).aud == "registry"
