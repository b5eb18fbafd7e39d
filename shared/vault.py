"""Personal values at rest: AES-256-GCM under one key per person and app, wrapped by the region's; no key, no value."""

import secrets
from collections.abc import Collection

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

NONCE = 12  # bytes, random per value (NIST SP 800-38D)
VERSION = b"\x01"

TABLES = (
    """CREATE TABLE IF NOT EXISTS {schema}.person_key (
    person text PRIMARY KEY,
    wrapped bytea,
    kek text NOT NULL DEFAULT 'k1',
    created_at timestamptz NOT NULL DEFAULT now()
)""",
    "ALTER TABLE {schema}.person_key ALTER COLUMN wrapped DROP NOT NULL",
    "CREATE TABLE IF NOT EXISTS {schema}.erasure (request text PRIMARY KEY)",
)


class Gone(Exception):
    """The person's key is destroyed (or never was): the value cannot be read any more."""


class Vault:
    """Seals values for a person; the keys lie in a database of their own, in this app's schema."""

    def __init__(self, engine: AsyncEngine | None, app: str, region: str, kek: bytes) -> None:
        self._engine = engine
        self._app = app
        self._region = region
        self._kek = kek

    async def seal(self, person: str, place: str, value: bytes) -> bytes:
        """Seal `value` of `person` for `place` ("table.column/row id"); it opens nowhere else."""
        nonce = secrets.token_bytes(NONCE)
        key = await self._key(person, create=True)
        return VERSION + nonce + AESGCM(key).encrypt(nonce, value, self._aad(person, place))

    async def open(self, person: str, place: str, sealed: bytes) -> bytes:
        """The value; Gone when the key is destroyed or the value was moved or altered."""
        key = await self._key(person, create=False)
        nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return AESGCM(key).decrypt(nonce, body, self._aad(person, place))
        except InvalidTag:
            raise Gone(place) from None

    async def destroy(self, person: str) -> None:
        """Erase: destroy the person's key in this app; what was sealed is gone, nothing is sealed anew."""
        await self._run(
            "INSERT INTO {app}.person_key (person, wrapped) VALUES (:value, NULL)"
            " ON CONFLICT (person) DO UPDATE SET wrapped = NULL",
            person,
        )

    async def drop(self, owner: str) -> None:
        """Destroy the key of what was no person's and is not needed any more; a new one may take its place."""
        await self._run("DELETE FROM {app}.person_key WHERE person = :value", owner)

    async def remember(self, request: str) -> None:
        """Keep beside the keys that this order to erase was carried out."""
        await self._run("INSERT INTO {app}.erasure (request) VALUES (:value) ON CONFLICT DO NOTHING", request)

    async def remembered(self) -> set[str]:
        """The orders to erase that were carried out on these keys."""
        async with self._connected().connect() as connection:
            found = await connection.execute(text(f"SELECT request FROM {self._app}.erasure"))  # noqa: S608 - the app's own name
            return {line.request for line in found}

    async def keys(self, persons: Collection[str]) -> dict[str, bytes]:
        """The keys of several persons in one go, made where there are none yet.

        Whoever was erased has another one each time, kept nowhere: what it is used for belongs to nobody.
        """
        async with self._connected().begin() as connection:
            wrapped = await self._wrapped(connection, persons)
            # sorted, or two processes that meet the same persons for the first time wait for each other
            if missing := sorted(set(persons) - wrapped.keys()):
                await connection.execute(
                    text(
                        f"INSERT INTO {self._app}.person_key (person, wrapped)"  # noqa: S608 - the app's own name
                        " SELECT * FROM unnest(CAST(:persons AS text[]), CAST(:wrapped AS bytea[]))"
                        " ON CONFLICT DO NOTHING"
                    ),
                    {
                        "persons": missing,
                        "wrapped": [aes_key_wrap(self._kek, AESGCM.generate_key(256)) for _ in missing],
                    },
                )
                wrapped = await self._wrapped(connection, persons)
        return {person: self._opened(key) for person, key in wrapped.items()}

    def _opened(self, wrapped: bytes | None) -> bytes:
        """A key; for whoever was erased one that is kept nowhere."""
        return AESGCM.generate_key(256) if wrapped is None else aes_key_unwrap(self._kek, wrapped)

    async def _run(self, statement: str, value: str) -> None:
        async with self._connected().begin() as connection:
            await connection.execute(text(statement.format(app=self._app)), {"value": value})

    async def _wrapped(self, connection: AsyncConnection, persons: Collection[str]) -> dict[str, bytes | None]:
        found = await connection.execute(
            text(f"SELECT person, wrapped FROM {self._app}.person_key WHERE person = ANY(:persons)"),  # noqa: S608 - the app's own name
            {"persons": list(persons)},
        )
        return {line.person: line.wrapped for line in found}

    async def _key(self, person: str, create: bool) -> bytes:
        table = f"{self._app}.person_key"
        read = text(f"SELECT wrapped FROM {table} WHERE person = :person")  # noqa: S608 - the app's own name
        async with self._connected().begin() as connection:
            wrapped = await connection.scalar(read, {"person": person})
            if wrapped is None and create:
                fresh = aes_key_wrap(self._kek, AESGCM.generate_key(256))
                await connection.execute(
                    text(f"INSERT INTO {table} (person, wrapped) VALUES (:person, :wrapped) ON CONFLICT DO NOTHING"),  # noqa: S608 - the app's own name
                    {"person": person, "wrapped": fresh},
                )
                wrapped = await connection.scalar(read, {"person": person})
        if wrapped is None:
            raise Gone("no key")
        return aes_key_unwrap(self._kek, wrapped)

    def _aad(self, person: str, place: str) -> bytes:
        return "|".join((self._region, self._app, person, place)).encode()

    def _connected(self) -> AsyncEngine:
        if self._engine is None:
            raise RuntimeError("this app holds no personal values: JIELI_KEYS_DATABASE_URL is not set")
        return self._engine


def padded(value: bytes, size: int) -> bytes:
    """`value` with a 4-byte length before it, filled to exactly `size` bytes, so that length tells nothing."""
    if len(value) + 4 > size:
        raise ValueError(f"{len(value)} bytes do not fit into {size}")
    return len(value).to_bytes(4, "big") + value + bytes(size - 4 - len(value))


def unpadded(block: bytes) -> bytes:
    """The value inside a padded block."""
    length = int.from_bytes(block[:4], "big")
    return block[4 : 4 + length]
