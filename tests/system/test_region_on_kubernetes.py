"""What the manifests give PostgreSQL and NATS, on real servers: the provisioning job, the configuration of NATS."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from deploy import databases
from deploy.local import ports, provision
from shared.bus import NatsBus
from tests.support import apps
from tests.support.nats_pod import Server, passwords
from tests.support.postgres import TestServer
from tests.support.until import until

REGION = "990118"


def job_environment(admin_url: str) -> dict[str, str]:
    """What the Job of deploy/k8s/base/provision.yaml gets; one server plays both here."""
    passwords = {f"ROLE_{app}_{part}": secrets.token_hex(8) for app in provision.APPS for part in ("owner", "app")}
    return {
        "JIELI_REGION": REGION,
        "JIELI_ADMIN_DATABASE_URL": admin_url,
        "JIELI_KEYS_ADMIN_DATABASE_URL": admin_url,
        **passwords,
    }


async def enter(admin_url: str, role: provision.Role, database: str) -> provision.Connection:
    """A connection as one of the region's roles."""
    return await asyncpg.connect(provision.address(admin_url, role, database, "postgresql"), timeout=10)


async def test_the_job_separates_owner_from_app_and_app_from_app(postgres: TestServer) -> None:
    environ = job_environment(postgres.admin_url)
    await databases.furnish_region(environ)
    await databases.furnish_region(environ)  # every apply runs it again
    held = {holder.app: holder for holder in databases.tenants(environ)}
    registry, identity, cases = held["registry"], held["identity"], held["cases"]

    owner = await enter(environ["JIELI_ADMIN_DATABASE_URL"], registry.owner, registry.database)
    await owner.execute("CREATE TABLE thing (id int)")
    await owner.close()
    app = await enter(environ["JIELI_ADMIN_DATABASE_URL"], registry.runtime, registry.database)
    await app.execute("INSERT INTO thing VALUES (1)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("CREATE TABLE other (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("DROP TABLE thing")
    await app.close()

    keys = f"r{REGION}_keys"
    owner = await enter(environ["JIELI_ADMIN_DATABASE_URL"], registry.owner, keys)
    await owner.execute("CREATE TABLE registry.person_key_of_test (id int)")
    await owner.close()
    neighbour = await enter(environ["JIELI_ADMIN_DATABASE_URL"], cases.runtime, keys)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await neighbour.fetch("SELECT * FROM registry.person_key_of_test")
    await neighbour.close()
    for role, database in ((identity.runtime, keys), (cases.runtime, registry.database)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await enter(environ["JIELI_ADMIN_DATABASE_URL"], role, database)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A running server."""
    running = Server(tmp_path, passwords())
    try:
        await until(running.healthy)
        yield running
    finally:
        running.stop()


async def test_nats_takes_its_configuration_and_holds_each_app_to_its_own_subjects(server: Server) -> None:
    async with httpx.AsyncClient() as client:
        told = (await client.get(f"http://127.0.0.1:{server.monitor}/varz")).json()
    assert told["jetstream"]["config"]["sync_always"] is True
    assert told["server_name"] == "nats-0"

    errors: list[Exception] = []
    registry = await server.client("registry", errors)
    stream = registry.jetstream()
    await stream.add_stream(name="REGISTRY", subjects=["registry.>"])
    assert (await stream.publish("registry.consent.given.v1", b"{}")).seq == 1
    with pytest.raises(NatsError):
        await registry.request("referrals.referral.accepted.v1", b"{}", timeout=1)
    await registry.flush()
    assert any(re.search("permissions violation", str(error), re.IGNORECASE) for error in errors)
    await registry.close()


async def test_nats_lets_nobody_in_without_the_password(server: Server) -> None:
    server.passwords["registry"] = "wrong"
    with pytest.raises((NatsError, OSError)):
        await server.client("registry", [])


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[list[Server]]:
    """The three servers of a region, joined."""
    routes = {port: tmp_path / f"nats-{number}" for number, port in enumerate(ports.free() for _ in range(3))}
    shared = passwords()
    servers = [Server(directory, shared, port, tuple(routes)) for port, directory in routes.items()]
    try:
        for each in servers:
            await until(each.healthy, 60)
        yield servers
    finally:
        for each in servers:
            each.stop()


async def test_with_three_servers_a_stream_outlives_any_one(cluster: list[Server], tmp_path: Path) -> None:
    told = {"nats_replicas": 3, "nats_user": "registry", "nats_password": cluster[0].passwords["registry"]}
    client = await cluster[0].client("registry", [])
    bus = NatsBus(apps.settings("registry", {"DATABASE_URL": "postgresql+asyncpg://nobody"}, tmp_path, **told), client)

    async def declared() -> int:
        try:
            return (await bus.ensure_stream()).config.num_replicas or 0
        except (JetStreamError, NatsError):
            return 0  # the three have not chosen who leads yet

    assert await until(declared, 60) == 3
    assert await bus.publish("registry.consent.given.v1", b"{}", "one") == 1
    await client.close()
    await asyncio.to_thread(cluster[0].stop)

    client = await cluster[1].client("registry", [])

    async def kept() -> int:
        try:
            return (await client.jetstream(timeout=2).stream_info("REGISTRY")).state.messages
        except (JetStreamError, NatsError):
            return 0  # the two have not chosen who leads yet

    assert await until(kept, 60) == 1
    await client.close()
