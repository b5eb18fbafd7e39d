"""What the manifests give PostgreSQL and NATS, on real servers: the provisioning job, the configuration of NATS."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import nats
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from deploy import databases
from deploy.local import nats as local_nats
from deploy.local import ports, provision
from tests.support.postgres import TestServer

BASE = Path(__file__).parents[2] / "deploy" / "k8s" / "base"
SINGLE = BASE.parent / "overlays" / "single-node"
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


class Server:
    """nats-server on the configuration of the single-node overlay, its addresses and folders moved to this machine."""

    def __init__(self, directory: Path) -> None:
        self.port, self.monitor = ports.free(), ports.free()
        text = (BASE / "nats.conf").read_text(encoding="utf-8")
        for there, here in (
            ("0.0.0.0:4222", f"127.0.0.1:{self.port}"),
            ("0.0.0.0:8222", f"127.0.0.1:{self.monitor}"),
            ("/var/run/nats", str(directory)),
            ("store_dir: /data", f"store_dir: {directory}/data"),
            ("8GB", "64MB"),
        ):
            assert there in text
            text = text.replace(there, here)
        (directory / "nats.conf").write_text(text, encoding="utf-8")
        shutil.copy(BASE / "users.conf", directory)
        shutil.copy(SINGLE / "cluster.conf", directory)
        users = (*provision.APPS, local_nats.OPERATOR)
        self.passwords = {user: f"p{secrets.token_hex(16)}" for user in users}
        environ = {"POD_NAME": "nats-0"} | {f"{user.upper()}_PASSWORD": self.passwords[user] for user in users}
        binary = shutil.which("nats-server", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        assert binary
        self.process = subprocess.Popen([binary, "-c", str(directory / "nats.conf")], env=environ)

    async def client(self, user: str, errors: list[Exception]) -> Client:
        """A connection as one of the users; refusals of the server land in `errors`."""

        async def note(error: Exception) -> None:
            errors.append(error)

        return await nats.connect(
            f"nats://127.0.0.1:{self.port}",
            user=user,
            password=self.passwords[user],
            inbox_prefix=local_nats.inbox(user).encode(),
            allow_reconnect=False,
            error_cb=note,
        )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A running server."""
    running = Server(tmp_path)
    try:
        deadline = time.monotonic() + 15
        while not await healthy(running):
            assert running.process.poll() is None and time.monotonic() < deadline
        yield running
    finally:
        running.process.terminate()
        running.process.wait(10)


async def healthy(running: Server) -> bool:
    """What the readiness probe of the manifest asks."""
    async with httpx.AsyncClient() as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{running.monitor}/healthz?js-server-only=true")
        except httpx.HTTPError:
            return False
    return answer.status_code == httpx.codes.OK


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
