"""A gateway's log on real databases, as the gateway opens it: tables by the owner, the rest by the run-time role."""

import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519
from jieli_verify import tree as outside
from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.audit import commands, queries
from gateway.audit import tables as log_tables
from gateway.audit.rules import entries, notes
from gateway.exchange.tables import UsedProof
from gateway.tables import Base
from shared import db, ids, plumbing, vault
from shared.door import Door
from tests.support.postgres import TestServer

REGION = "610118"
KEK = bytes(range(1, 33))
INDEX_KEY = bytes(range(33, 65))
SIGNER = notes.Signer(notes.origin(REGION), ed25519.Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))


async def create(server: TestServer) -> dict[str, str]:
    """Fresh databases with the tables of the log and of used proofs, and the gateway's person keys in them."""
    return await server.copy("gateway", _create)


async def _create(addresses: dict[str, str]) -> None:
    owner = create_async_engine(addresses["OWNER_DATABASE_URL"])
    async with owner.begin() as connection:
        await connection.run_sync(plumbing.METADATA.create_all)
        await connection.run_sync(Base.metadata.create_all, tables=[*log_tables.TABLES, UsedProof.__table__])
    await owner.dispose()
    keys = create_async_engine(addresses["KEYS_OWNER_DATABASE_URL"])
    async with keys.begin() as connection:
        for statement in vault.TABLES:
            await connection.execute(text(statement.format(schema="gateway")))
    await keys.dispose()


async def empty(addresses: dict[str, str]) -> None:
    """Take everything out again, which only the owner can."""
    for url, statements in (
        (
            addresses["OWNER_DATABASE_URL"],
            (
                "TRUNCATE log_entry, log_node, log_checkpoint, log_cosignature, log_counter",
                "UPDATE log_head SET size = 0, edge = ''",
                "ALTER TABLE log_entry ENABLE TRIGGER only_grows",
                "DROP TABLE IF EXISTS stock",
            ),
        ),
        (addresses["KEYS_OWNER_DATABASE_URL"], ("TRUNCATE gateway.person_key",)),
    ):
        owner = create_async_engine(url)
        async with owner.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await owner.dispose()


class Opened:
    """A writer with its own connections, as one gateway process has it."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses
        self.engine = db.engine(addresses["DATABASE_URL"])
        self.keys = db.engine(addresses["KEYS_DATABASE_URL"])
        door = Door(1_000_000, Counter("keys", "Keys.", ["reason"], registry=None))
        self.vault = vault.Vault(self.keys, "gateway", REGION, (KEK,), door)
        self.log = commands.Log(self.engine, self.vault, SIGNER, INDEX_KEY)

    async def lines(self) -> list[Any]:
        async with self.engine.connect() as connection:
            return list(await connection.execute(text("SELECT * FROM log_entry ORDER BY seq")))

    async def root(self) -> tuple[int, bytes]:
        async with self.engine.connect() as connection:
            edge = await queries.head(connection)
            return edge.size, await queries.root(connection, edge.size)

    async def verified(self) -> int:
        """The size of the log, once the separate verifier found that its entries give the root that the head claims."""
        size, root = await self.root()
        lines = await self.lines()
        assert [line.seq for line in lines] == list(range(size))
        assert outside.root_of([outside.leaf(line.body) for line in lines]) == root
        return size


@contextlib.asynccontextmanager
async def opened(addresses: dict[str, str]) -> AsyncIterator[Opened]:
    """One gateway process's log; what it has not written yet is written before its connections close."""
    held = Opened(addresses)
    try:
        yield held
    finally:
        await held.log.close()
        await held.engine.dispose()
        await held.keys.dispose()


def entry(**changed: Any) -> entries.Entry:
    values: dict[str, Any] = {
        "decision": str(ids.new()),
        "phase": entries.Phase.INTENT,
        "kind": "exchange",
        "actor": entries.Actor(kind="client", region=REGION, organisation="org-610118-education", client="school"),
        "operation": "read_referral",
        "purpose": "school_enrolment",
        "permitted": True,
        "asked": ("儿童姓名", "出生日期"),
        "allowed": ("儿童姓名", "出生日期"),
        "agreement": entries.Agreement(id="agr-610118-school", version=1, hash="ab" * 32),
    }
    return entries.Entry(**(values | changed))


def text_of(value: bytes) -> str:
    return base64.b64encode(value).decode()
