"""Personal values at rest: AES-256-GCM under one key per person and app, wrapped by the region's; no key, no value."""

import contextlib
import secrets
from collections.abc import Collection, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import seals
from shared.door import Door

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
    "CREATE INDEX IF NOT EXISTS person_key_kek ON {schema}.person_key (kek) WHERE wrapped IS NOT NULL",
)
_LINES = "SELECT person, wrapped, kek FROM {app}.person_key WHERE person = ANY(:persons)"
_MAKE = """INSERT INTO {app}.person_key (person, wrapped, kek)
SELECT person, wrapped, :kek FROM unnest(CAST(:persons AS text[]), CAST(:wrapped AS bytea[])) AS fresh (person, wrapped)
ON CONFLICT DO NOTHING"""
_DESTROY = """INSERT INTO {app}.person_key (person, wrapped) VALUES (:value, NULL)
ON CONFLICT (person) DO UPDATE SET wrapped = NULL"""
_DROP = "DELETE FROM {app}.person_key WHERE person = :value"
_REMEMBER = "INSERT INTO {app}.erasure (request) VALUES (:value) ON CONFLICT DO NOTHING"
_OLDER = """SELECT kek, count(*) AS left FROM {app}.person_key
WHERE wrapped IS NOT NULL AND (kek < :kek OR kek > :kek) GROUP BY kek"""  # so that the index serves
_CHOOSE = """SELECT person, wrapped, kek FROM {app}.person_key
WHERE wrapped IS NOT NULL AND kek = :older LIMIT :most FOR UPDATE SKIP LOCKED"""
_REWRAP = """UPDATE {app}.person_key AS kept SET wrapped = fresh.wrapped, kek = :kek
FROM unnest(CAST(:persons AS text[]), CAST(:wrapped AS bytea[])) AS fresh (person, wrapped)
WHERE kept.person = fresh.person"""


class Gone(Exception):
    """The person's key is destroyed (or never was): the value cannot be read any more."""


class UnknownKey(Exception):
    """A person's key is wrapped by a key that JIELI_KEK does not hold; the text names it."""


class Vault:
    """Seals values for a person; the keys lie in a database of their own, in this app's schema.

    The first of `keks` wraps, all of them unwrap. Beside each key stands the name of the one that wraps it.
    """

    def __init__(self, engine: AsyncEngine | None, app: str, region: str, keks: Sequence[bytes], door: Door) -> None:
        self._engine = engine
        self._door = door
        self._app = app
        self._region = region
        self._keks = keks
        self._kek = seals.name_of(keks[0])

    async def seal(self, person: str, place: str, value: bytes) -> bytes:
        """Seal `value` of `person` for `place` ("table.column/row id"); it opens nowhere else."""
        nonce = secrets.token_bytes(NONCE)
        key = await self._key(person, make=True)
        return VERSION + nonce + AESGCM(key).encrypt(nonce, value, self._aad(person, place))

    async def open(self, person: str, place: str, sealed: bytes) -> bytes:
        """The value; Gone when the key is destroyed or the value was moved or altered."""
        key = await self._key(person, make=False)
        nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return AESGCM(key).decrypt(nonce, body, self._aad(person, place))
        except InvalidTag:
            raise Gone(place) from None

    async def destroy(self, person: str) -> None:
        """Erase: destroy the person's key in this app; what was sealed is gone, nothing is sealed anew."""
        await self._run(_DESTROY, person)

    async def drop(self, owner: str) -> None:
        """Destroy the key of what was no person's and is not needed any more; a new one may take its place."""
        await self._run(_DROP, owner)

    async def remember(self, request: str) -> None:
        """Keep beside the keys that this order to erase was carried out."""
        await self._run(_REMEMBER, request)

    async def remembered(self) -> set[str]:
        """The orders to erase that were carried out on these keys."""
        async with self._connected().connect() as connection:
            return set((await connection.scalars(self._sql("SELECT request FROM {app}.erasure"))).all())

    async def keys(self, persons: Collection[str]) -> dict[str, bytes]:
        """The keys of several persons in one go, made where there are none yet.

        Whoever was erased has another one each time, kept nowhere: what it is used for belongs to nobody.
        """
        found = await self._keys(persons, make=True)
        return {person: key or AESGCM.generate_key(256) for person, key in found.items()}

    async def older(self) -> dict[str, int]:
        """How many keys each of the older keys still wraps, by its name."""
        async with self._connected().connect() as connection:
            return {line.kek: line.left for line in await connection.execute(self._sql(_OLDER), {"kek": self._kek})}

    async def rewrap(self, older: str, most: int) -> int:
        """Wrap some of the keys anew that an older key wraps, and say how many. Raises UnknownKey.

        Several processes may: none waits for a row of another, and what was destroyed stays so.
        """
        async with self._connected().begin() as connection:
            lines = (await connection.execute(self._sql(_CHOOSE), {"older": older, "most": most})).all()
            anew = {
                "kek": self._kek,
                "persons": [line.person for line in lines],
                "wrapped": [self._wrap(self._unwrapped(line)) for line in lines],
            }
            await connection.execute(self._sql(_REWRAP), anew)
        return len(lines)

    async def _run(self, statement: str, value: str) -> None:
        async with self._connected().begin() as connection:
            await connection.execute(self._sql(statement), {"value": value})

    async def _key(self, person: str, make: bool) -> bytes:
        key = (await self._keys([person], make)).get(person)
        if key is None:
            raise Gone("no key")
        return key

    async def _keys(self, persons: Collection[str], make: bool) -> dict[str, bytes | None]:
        """Each person's key; None for whoever was erased. All who want one come through here, and so the door."""
        self._door.enter(persons)
        asked = {"persons": list(persons)}
        async with self._connected().begin() as connection:
            lines = (await connection.execute(self._sql(_LINES), asked)).all()
            # sorted, or two processes that meet the same persons for the first time wait for each other
            if make and (missing := sorted(set(persons) - {line.person for line in lines})):
                wrapped = [self._wrap(AESGCM.generate_key(256)) for _ in missing]
                fresh = {"kek": self._kek, "persons": missing, "wrapped": wrapped}
                await connection.execute(self._sql(_MAKE), fresh)
                lines = (await connection.execute(self._sql(_LINES), asked)).all()
        return {line.person: None if line.wrapped is None else self._unwrapped(line) for line in lines}

    def _wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self._keks[0], key)

    def _unwrapped(self, line: Row[Any]) -> bytes:
        for kek in self._keks:
            with contextlib.suppress(InvalidUnwrap):
                return aes_key_unwrap(kek, line.wrapped)
        raise UnknownKey(line.kek)

    def _sql(self, statement: str) -> TextClause:
        return text(statement.format(app=self._app))

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
