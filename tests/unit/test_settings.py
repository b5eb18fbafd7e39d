"""What keeps an app from starting: one line that names the setting, and never its value."""

import hashlib
import secrets

import pytest

from shared.settings import Settings, SettingsError

KEY, OTHER = (hashlib.sha256(word).hexdigest() for word in (b"key", b"other"))
GOOD = {
    "JIELI_REGION": "610118",
    "JIELI_REGION_NAME": "鄠邑区",
    "JIELI_PUBLIC_URL": "https://jieli.example",
    "JIELI_DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1/nothing",
    "JIELI_NATS_URL": "nats://127.0.0.1",
    "JIELI_NATS_USER": "registry",
    "JIELI_NATS_PASSWORD": secrets.token_hex(16),
    "JIELI_NATS_MONITOR_URL": "http://127.0.0.1",
    "JIELI_KEK": secrets.token_hex(32),
    "JIELI_INDEX_KEY": secrets.token_hex(32),
    "JIELI_GRANT_KEY": KEY,
    "JIELI_SECRETS_DIR": "keys",
    "JIELI_SENDER": "http",
    "JIELI_SENDER_URL": "https://sms.example/messages",
}


def test_production_starts_with_these() -> None:
    assert Settings.load("registry", GOOD).environment == "production"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("JIELI_KEK", "0" * 64),
        ("JIELI_KEK", "change-me"),
        ("JIELI_INDEX_KEY", KEY[:-2]),
        ("JIELI_GRANT_KEY", f"{KEY},{OTHER},{KEY}"),
        ("JIELI_GRANT_KEY", f"{KEY},{KEY}"),
        ("JIELI_GRANT_KEY", f"{KEY},"),
        ("JIELI_GRANT_KEY", f"{KEY},{'0' * 64}"),
        ("JIELI_TOKEN_KEY", f"{KEY},{'ab' * 32}"),
        ("JIELI_KEK", ""),
        ("JIELI_KEK", f"{KEY},{'0' * 64}"),
        ("JIELI_NATS_PASSWORD", "changeme-changeme"),
        ("JIELI_SENDER", "file"),
        ("JIELI_SENDER", "pigeon"),
        ("JIELI_SENDER_URL", ""),
        ("JIELI_SENDER_URL", "http://sms.example/messages"),
        ("JIELI_SENDER_URL", "https://"),
        ("JIELI_SENDER_BODY", '{"to": "{to}"}'),
        ("JIELI_SENDER_BODY", '{"to": {to}, "text": "{text}"}'),
    ],
)
def test_a_wrong_or_placeholder_value_stops_the_start_in_one_line(setting: str, value: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        Settings.load("registry", GOOD | {setting: value})
    told = str(stopped.value)
    assert setting in told and "\n" not in told and KEY not in told


def test_production_does_not_write_messages_to_a_file_by_mistake() -> None:
    silent = {name: value for name, value in GOOD.items() if not name.startswith("JIELI_SENDER")}
    with pytest.raises(SettingsError, match="JIELI_SENDER"):
        Settings.load("registry", silent)


def test_apprise_must_know_where_the_number_belongs() -> None:
    with pytest.raises(SettingsError, match="JIELI_SENDER_URL"):
        Settings.load("registry", GOOD | {"JIELI_SENDER": "apprise", "JIELI_SENDER_URL": "twilio://sid:token@from"})
