"""The key that seals secrets of authenticators changes; staff go on signing in, and the old one can go."""

import secrets
from pathlib import Path

import pytest

from shared.settings import Settings, SettingsError
from tests.support import apps, sign_in
from tests.support.postgres import TestServer
from tests.support.sign_in import FrontEnd

OLD, NEW = secrets.token_hex(32), secrets.token_hex(32)


@pytest.fixture
async def settings(postgres: TestServer, tmp_path: Path) -> Settings:
    """An identity whose one member of staff has an authenticator sealed by the old key."""
    urls = await apps.migrated("identity", postgres)
    seed = sign_in.seed(tmp_path, {"staff-1": ["officer"]})
    made = apps.settings("identity", urls, tmp_path, kek=OLD, seed_file=seed)
    async with apps.started(made):
        return made.model_copy(update={"seed_file": None})


def told(settings: Settings, kek: str) -> Settings:
    return settings.model_copy(update={"kek": kek})


async def test_staff_sign_in_before_and_after_the_old_key_is_gone(settings: Settings, tmp_path: Path) -> None:
    for step, kek in enumerate((f"{OLD},{NEW}", f"{NEW},{OLD}", NEW)):
        async with apps.started(told(settings, kek)) as identity, identity.as_() as http:
            desk = FrontEnd(identity, http, tmp_path)
            await desk.open()
            answer = await desk.password("staff-1", desk.shown("staff-1", step - 1))
            assert "code=" in answer.headers.get("location", ""), answer.text


async def test_without_the_key_that_is_still_needed_it_does_not_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"JIELI_KEK lacks the key .* 1 authenticators"):
        async with apps.started(told(settings, NEW)):
            raise AssertionError("it started and nobody could sign in")
