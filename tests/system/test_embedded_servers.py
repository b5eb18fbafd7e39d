"""The embedded PostgreSQL and NATS: rights, refusals, and what a kill leaves."""

import asyncio
import contextlib
import secrets
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import nats.aio.client
import nats.errors
import nats.js.errors
import pytest

from deploy.local import ports
from deploy.local.nats import Nats, inbox
from deploy.local.postgres import Postgres
from tests.support import room
from tests.support.nats import server as nats_on
from tests.support.postgres import TestServer


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that the unprivileged account can pass through."""
    with room.folder("launcher") as made:
        yield made
        shutil.rmtree(made)  # fails where a server still writes


def plain(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


async def rows(url: str, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(plain(url))
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def test_the_app_role_reads_and_writes_rows_but_cannot_change_the_schema(postgres: TestServer) -> None:
    urls = await postgres.create_database("referrals")
    await rows(urls["OWNER_DATABASE_URL"], "CREATE TABLE referral (id bigserial PRIMARY KEY, note text)")
    await rows(urls["DATABASE_URL"], "INSERT INTO referral (note) VALUES ('我')")
    assert [row["note"] for row in await rows(urls["DATABASE_URL"], "SELECT note FROM referral")] == ["我"]
    for refused in ("DROP TABLE referral", "TRUNCATE referral", "CREATE TABLE other (id int)", "CREATE SCHEMA mine"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(urls["DATABASE_URL"], refused)


async def test_an_app_cannot_enter_the_database_of_another(postgres: TestServer) -> None:
    mine, theirs = await postgres.create_database("referrals"), await postgres.create_database("cases")
    crossed = mine["DATABASE_URL"].rsplit("/", 1)[0] + "/" + theirs["DATABASE_URL"].rsplit("/", 1)[1]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(crossed, "SELECT 1")


async def test_the_keys_database_gives_each_app_a_schema_of_its_own(postgres: TestServer) -> None:
    urls = await postgres.create_database("registry")
    await rows(urls["KEYS_OWNER_DATABASE_URL"], "CREATE TABLE person_key (id int)")
    await rows(urls["KEYS_DATABASE_URL"], "INSERT INTO person_key VALUES (1)")
    where = await rows(urls["KEYS_DATABASE_URL"], "SELECT schemaname FROM pg_tables WHERE tablename = 'person_key'")
    assert [row["schemaname"] for row in where] == ["registry"]


async def test_a_wrong_password_and_none_are_refused(postgres: TestServer) -> None:
    urls = await postgres.create_database("identity")
    role, password = plain(urls["DATABASE_URL"]).split("//")[1].split("@")[0].split(":")
    for attempt in (f"{role}:wrong", role):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await rows(plain(urls["DATABASE_URL"]).replace(f"{role}:{password}", attempt), "SELECT 1")


async def test_chinese_trigrams_are_found(postgres: TestServer) -> None:
    urls = await postgres.create_database("registry")
    await rows(urls["OWNER_DATABASE_URL"], "CREATE EXTENSION pg_trgm")
    found = await rows(urls["OWNER_DATABASE_URL"], "SELECT array_length(show_trgm('接力服务'), 1) AS trigrams")
    assert found[0]["trigrams"] > 0


async def test_postgres_keeps_what_was_committed_before_a_kill(directory: Path) -> None:
    first = Postgres(directory / "data", ports.free(), secrets.token_hex(8), directory / "postgres.log")
    first.prepare()
    first.launch()
    first.wait_ready()
    await rows(first.url(), "CREATE TABLE kept AS SELECT 1 AS one")
    assert first.process is not None
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    again = Postgres(first.data, first.port, first.password, first.log)
    again.prepare()
    again.launch()
    again.wait_ready()
    assert (await rows(again.url(), "SELECT one FROM kept"))[0]["one"] == 1
    again.stop()


async def test_an_orphaned_postgres_of_ours_is_stopped_before_the_next_start(directory: Path) -> None:
    orphan = Postgres(directory / "data", ports.free(), secrets.token_hex(8), directory / "postgres.log")
    orphan.prepare()
    orphan.launch()
    orphan.wait_ready()
    again = Postgres(orphan.data, orphan.port, orphan.password, orphan.log)
    again.prepare()
    assert orphan.process is not None
    assert orphan.process.wait(5) == 0
    again.launch()
    again.wait_ready()
    again.stop()


@contextlib.asynccontextmanager
async def client(server: Nats, user: str) -> AsyncIterator[tuple[nats.aio.client.Client, asyncio.Queue[str]]]:
    errors: asyncio.Queue[str] = asyncio.Queue()

    async def remember(error: Exception) -> None:
        errors.put_nowait(str(error).lower())

    connection = nats.aio.client.Client()
    await connection.connect(
        server.url,
        user=user,
        password=server.passwords[user],
        inbox_prefix=inbox(user),
        error_cb=remember,
        allow_reconnect=False,
    )
    try:
        yield connection, errors
    finally:
        await connection.close()


async def denied(connection: nats.aio.client.Client, errors: asyncio.Queue[str], subject: str) -> bool:
    """Whether the server refuses a publish; refusals come only to the error callback, after the next round trip."""
    await connection.publish(subject, b"{}")
    refusal = await asyncio.wait_for(errors.get(), 2)
    return "permissions violation" in refusal and subject.lower() in refusal


async def test_an_app_keeps_its_stream_and_reads_anothers(nats_server: Nats) -> None:
    async with (
        client(nats_server, "registry") as (registry, _),
        client(nats_server, "referrals") as (referrals, errors),
    ):
        await registry.jetstream().add_stream(name="REGISTRY", subjects=["registry.>"])
        await registry.jetstream().update_stream(name="REGISTRY", subjects=["registry.>"], max_age=86400)
        await registry.jetstream().publish("registry.consent.given.v1", b"{}")
        for filters in ({}, {"subject": "registry.consent.*.v1"}):
            subject = filters.get("subject", "registry.>")
            reader = await referrals.jetstream().pull_subscribe(subject, durable="referrals", stream="REGISTRY")
            await (await reader.fetch(1, timeout=5))[0].ack_sync()
            await referrals.jetstream().delete_consumer("REGISTRY", "referrals")
        assert (await registry.jetstream().get_msg("REGISTRY", seq=1)).data == b"{}"
        assert errors.empty()


@pytest.mark.parametrize(
    "subject",
    [
        "registry.consent.given.v1",
        "$JS.API.STREAM.DELETE.REGISTRY",
        "$JS.API.STREAM.PURGE.REGISTRY",
        "$JS.API.STREAM.UPDATE.REGISTRY",
        "$JS.API.STREAM.CREATE.OTHER",
        "$JS.API.STREAM.DELETE.REFERRALS",
        "$JS.API.CONSUMER.CREATE.REGISTRY.cases",
        "$JS.API.CONSUMER.DELETE.REGISTRY.cases",
        "$JS.ACK.REGISTRY.cases.1.1.1.1.0",
        "_INBOX_registry.x",
        "$SYS.REQ.SERVER.PING",
    ],
)
async def test_what_is_not_an_apps_own_is_denied(nats_server: Nats, subject: str) -> None:
    async with client(nats_server, "referrals") as (connection, errors):
        assert await denied(connection, errors, subject)


async def test_the_operator_has_no_apps_voice_and_nobody_hears_anothers_replies(nats_server: Nats) -> None:
    async with client(nats_server, "operator") as (connection, errors):
        assert await denied(connection, errors, "identity.client.revoked.v1")
    async with client(nats_server, "referrals") as (connection, errors):
        await connection.subscribe("_INBOX_registry.>")
        assert "permissions violation" in await asyncio.wait_for(errors.get(), 2)


async def test_a_wrong_password_is_refused_by_nats(nats_server: Nats) -> None:
    connection = nats.aio.client.Client()
    with pytest.raises(nats.errors.Error, match=r"(?i)authorization"):
        await connection.connect(nats_server.url, user="cases", password="wrong", allow_reconnect=False)


async def test_nats_keeps_what_was_acknowledged_before_a_kill(directory: Path) -> None:
    server = nats_on(directory)
    server.prepare()
    server.launch()
    server.wait_ready()
    async with client(server, "cases") as (connection, _):
        await connection.jetstream().add_stream(name="CASES", subjects=["cases.>"])
        await connection.jetstream().publish("cases.case.applied.v1", b"kept")
    assert server.process is not None
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.prepare()
    server.launch()
    server.wait_ready()
    async with client(server, "cases") as (connection, _):
        assert (await connection.jetstream().get_msg("CASES", seq=1)).data == b"kept"
    server.stop()
