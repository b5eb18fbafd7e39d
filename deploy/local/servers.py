"""PostgreSQL and NATS of a region: embedded ones, or the operator's (JIELI_DATABASE_URL, JIELI_NATS_URL)."""

import asyncio
import hashlib
import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.local import child, environment, nats, places, postgres, provision, secrets
from deploy.local.child import LaunchError

NOBODYS_PLACE = Path("/var/lib")  # for a root whose own directories `nobody` cannot pass through


@dataclass
class Servers:
    """What one region stands on; `postgres` and `nats` are None where the operator's own are used."""

    region: places.Region
    admin_url: str
    bus: environment.Bus
    postgres: postgres.Postgres | None
    nats: nats.Nats | None

    def clear_orphans(self) -> None:
        """Stops what an earlier launcher left running in the region's directories."""
        if self.postgres:
            self.postgres.clear_crash()
        if self.nats:
            self.nats.clear_orphan()

    async def start(self) -> None:
        """Both up, the region's databases and roles in place. Raises LaunchError. Call it on the main thread."""
        if self.nats:
            self.nats.prepare()
            self.nats.launch()
        if self.postgres:
            await asyncio.to_thread(self.postgres.prepare)
            self.postgres.launch()
            await asyncio.to_thread(self.postgres.wait_ready)
        if self.nats:
            await asyncio.to_thread(self.nats.wait_ready)
        else:
            await accepted(self.region, self.bus)
        await self.provision()

    async def provision(self) -> None:
        """Brings databases, roles and rights up to date."""
        try:
            await provision.provision(self.admin_url, environment.tenants(self.region))
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            parts = urlsplit(self.admin_url)
            where = f"{parts.hostname}:{parts.port or 5432}"
            raise LaunchError(
                f"PostgreSQL at {where} cannot be provisioned: {error}; check JIELI_DATABASE_URL"
            ) from None

    def stop(self) -> None:
        """NATS first, so that nothing is published whose row could not be marked."""
        if self.nats:
            self.nats.stop()
        if self.postgres:
            self.postgres.stop()


def setting(environ: Mapping[str, str], region: places.Region, key: str) -> str:
    """A setting of one region (`JIELI_610118_<KEY>`) or of both (`JIELI_<KEY>`); empty when there is none."""
    return environ.get(f"JIELI_{region.code}_{key}") or environ.get(f"JIELI_{key}") or ""


def chosen(region: places.Region, environ: Mapping[str, str]) -> Servers:
    """The servers that the settings ask for."""
    kept = secrets.symmetric(region)
    admin_url, nats_url = setting(environ, region, "DATABASE_URL"), setting(environ, region, "NATS_URL")
    own_postgres = None if admin_url else embedded_postgres(region, kept["database"]["superuser"])
    own_nats = None if nats_url else embedded_nats(region, kept["nats"])
    bus = environment.Bus(own_nats.url, own_nats.monitor_url) if own_nats else foreign_bus(region, nats_url, environ)
    return Servers(region, own_postgres.url() if own_postgres else admin_url, bus, own_postgres, own_nats)


def embedded_postgres(region: places.Region, password: str) -> postgres.Postgres:
    """The region's own PostgreSQL."""
    log = region.logs / "postgres.log"
    return postgres.Postgres(postgres_home(region), region.base + places.POSTGRES, password, log)


def embedded_nats(region: places.Region, passwords: dict[str, str]) -> nats.Nats:
    """The region's own NATS."""
    port, monitor = region.base + places.NATS, region.base + places.NATS_MONITOR
    return nats.Nats(region.directory / "nats", port, monitor, passwords, region.logs / "nats.log")


def postgres_home(region: places.Region) -> Path:
    """`.run/<region>/postgres`; or a place under /var/lib for a root whose checkout `nobody` cannot pass through."""
    usual = region.directory / "postgres" / "data"
    mark = hashlib.sha256(str(region.directory).encode()).hexdigest()[:12]
    elsewhere = NOBODYS_PLACE / f"jieli-{mark}" / "postgres" / "data"
    for existing in (usual, elsewhere):  # where data lies it stays, whatever became passable since
        if existing.exists():
            return existing
    return usual if child.unprivileged() is None or postgres.reachable(usual) else elsewhere


def foreign_bus(region: places.Region, url: str, environ: Mapping[str, str]) -> environment.Bus:
    """The operator's NATS: an account per region, whose users we write down for its configuration."""
    monitor = setting(environ, region, "NATS_MONITOR_URL")
    if not monitor:
        raise LaunchError(
            "JIELI_NATS_URL wants JIELI_NATS_MONITOR_URL beside it (http://host:8222): its sync_interval is checked"
        )
    return environment.Bus(url, monitor, f"{secrets.prefix(region)}_")


def nats_accounts(region: places.Region) -> Path:
    """Writes the region's account for a NATS server of the operator's to include."""
    prefix = f"{secrets.prefix(region)}_"
    users = [{**user, "user": prefix + str(user["user"])} for user in nats.users(secrets.symmetric(region)["nats"])]
    path = region.secrets / f"nats-account-{region.code}.conf"
    secrets.write_private(path, json.dumps({f"R{region.code}": {"jetstream": "enabled", "users": users}}, indent=1))
    return path


async def accepted(region: places.Region, bus: environment.Bus) -> None:
    """Raises LaunchError when the operator's NATS does not know the region's users yet, and says what to include."""
    path = nats_accounts(region)
    password = secrets.symmetric(region)["nats"][nats.OPERATOR]
    try:
        async with asyncio.timeout(5):
            answer = await greeting(bus, password)
    except (OSError, TimeoutError):
        raise LaunchError(f"NATS does not answer at {bus.url}: start it, or check JIELI_NATS_URL") from None
    if not answer.startswith("PONG"):
        raise LaunchError(
            f"NATS at {bus.url} does not know our users: copy {path} beside its configuration, "
            f'add `accounts {{ include "{path.name}" }}`, reload it, start again'
        )


async def greeting(bus: environment.Bus, password: str) -> str:
    """What the server says to the operator user's first words (NATS client protocol: CONNECT, PING)."""
    parts = urlsplit(bus.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 4222)
    try:
        first = (await reader.readline()).decode()
        if not json.loads(first.removeprefix("INFO ")).get("auth_required"):
            return "this server asks nobody who they are"
        hello = {"user": f"{bus.user_prefix}{nats.OPERATOR}", "pass": password, "verbose": False, "pedantic": False}
        writer.write(b"CONNECT " + json.dumps(hello).encode() + b"\r\nPING\r\n")
        return (await reader.readline()).decode()
    finally:
        writer.close()


def clear_apps(region: places.Region) -> None:
    """Waits for, then stops, the region's app process of an earlier launcher."""
    path = region.directory / "apps.pid"
    if path.exists() and child.runs(
        pid := int(path.read_text(encoding="ascii")), lambda found: str(region.environment) in found.cmdline()
    ):
        child.stop_foreign(pid, signal.SIGTERM, 25)
    path.unlink(missing_ok=True)
