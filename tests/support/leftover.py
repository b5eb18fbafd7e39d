"""What somebody keeps of sealed values from before an erasure, and tries with every key that is left afterwards."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.vault import NONCE
from tests.support.apps import RunningApp


@dataclass(frozen=True)
class Kept:
    """A sealed value, whose it was and for which place it was sealed."""

    owner: str
    place: str
    sealed: bytes


async def copied(app: RunningApp, query: str, **values: object) -> list[Kept]:
    """What a thief copies: rows of owner, place and sealed value."""
    async with app.runtime.engine.connect() as connection:
        await connection.exec_driver_sql("SELECT set_config('app.platform', 'on', true)")
        return [Kept(*row) for row in await connection.execute(text(query), values)]


async def opened(app: RunningApp, kept: list[Kept]) -> list[str]:
    """The places whose value opens with any key that is left in the app's key database."""
    keys = await _keys(app)
    return [each.place for each in kept if any(_opens(app, each, key) for key in keys)]


async def _keys(app: RunningApp) -> list[bytes]:
    settings = app.settings
    assert settings.keys_database_url is not None
    engine = create_async_engine(settings.keys_database_url)
    wrapping = [bytes.fromhex(each) for each in settings.kek.split(",")]
    try:
        async with engine.connect() as connection:
            lines = await connection.execute(
                text(f"SELECT wrapped FROM {settings.app}.person_key WHERE wrapped IS NOT NULL")  # noqa: S608 - the app's own name
            )
            return [aes_key_unwrap(wrapping[0], line.wrapped) for line in lines]
    finally:
        await engine.dispose()


def _opens(app: RunningApp, kept: Kept, key: bytes) -> bool:
    about = "|".join((app.settings.region, app.settings.app, kept.owner, kept.place)).encode()
    try:
        AESGCM(key).decrypt(kept.sealed[1 : 1 + NONCE], kept.sealed[1 + NONCE :], about)
    except InvalidTag:
        return False
    return True
