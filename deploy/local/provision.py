"""Databases and roles of the apps in one PostgreSQL server: created when absent, rights brought up to date each time.

Nothing here depends on the server being ours: the administrator's address may be that of any PostgreSQL from 16 on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

APPS = ("identity", "registry", "referrals", "cases", "gateway")
KEYS_APPS = ("registry", "referrals", "cases", "gateway")  # those that hold personal data, and so person keys

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"  # generic in its type stubs alone


@dataclass(frozen=True)
class Role:
    """A login and its password."""

    name: str
    password: str


@dataclass(frozen=True)
class Tenant:
    """What one app gets: its database, and a schema in the keys database where it holds personal data."""

    app: str
    database: str
    owner: Role
    runtime: Role
    keys_database: str | None = None


def tenant(prefix: str, app: str, passwords: dict[str, str]) -> Tenant:
    """Names `<prefix>_<app>`, roles `.._owner` and `.._app`; `passwords` maps a role's name to its password."""
    database = f"{prefix}_{app}"
    owner, runtime = f"{database}_owner", f"{database}_app"
    keys = f"{prefix}_keys" if app in KEYS_APPS else None
    return Tenant(app, database, Role(owner, passwords[owner]), Role(runtime, passwords[runtime]), keys)


def address(admin_url: str, role: Role, database: str, driver: str = "postgresql+asyncpg") -> str:
    """The address of `database` for `role`, at the server of the administrator's address."""
    parts = urlsplit(admin_url)
    host = f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
    login = f"{quote(role.name, safe='')}:{quote(role.password, safe='')}"
    return urlunsplit((driver, f"{login}@{host}", f"/{database}", "", ""))


def addresses(admin_url: str, holder: Tenant) -> dict[str, str]:
    """The four database settings of an app (shared.settings); the two of the keys database only where it has one."""
    found = {
        "DATABASE_URL": address(admin_url, holder.runtime, holder.database),
        "OWNER_DATABASE_URL": address(admin_url, holder.owner, holder.database),
    }
    if holder.keys_database:
        found["KEYS_DATABASE_URL"] = address(admin_url, holder.runtime, holder.keys_database)
        found["KEYS_OWNER_DATABASE_URL"] = address(admin_url, holder.owner, holder.keys_database)
    return found


async def provision(admin_url: str, tenants: Sequence[Tenant]) -> None:
    """Makes the server hold exactly what the tenants need. Safe to repeat; never drops anything.

    Raises asyncpg.PostgresError or OSError when the server refuses or is away.
    """
    server = await connect(admin_url)
    try:
        for holder in tenants:
            await ensure_role(server, holder.owner)
            await ensure_role(server, holder.runtime)
        for holder in tenants:
            await ensure_database(server, holder.database, holder.owner.name)
        for keys in {holder.keys_database for holder in tenants if holder.keys_database}:
            await ensure_database(server, keys, None)
        for holder in tenants:
            await grant_connect(server, holder.database, holder)
            if holder.keys_database:
                await grant_connect(server, holder.keys_database, holder)
    finally:
        await server.close()
    for holder in tenants:
        await furnish(admin_url, holder.database, "public", holder)
        if holder.keys_database:
            await furnish(admin_url, holder.keys_database, holder.app, holder)


async def connect(admin_url: str, database: str | None = None) -> Connection:
    """A connection as administrator, to another database of the same server when named."""
    plain = admin_url.replace("postgresql+asyncpg://", "postgresql://", 1)
    options: dict[str, Any] = {"database": database} if database else {}
    return await asyncpg.connect(plain, timeout=10, **options)


async def statement(connection: Connection, template: str, *arguments: str) -> None:
    """Runs a statement that takes no parameters (DDL), its names (%I) and texts (%L) quoted by the server."""
    places = ", ".join(f"${number + 2}::text" for number in range(len(arguments)))
    text = await connection.fetchval(f"SELECT format($1{', ' if places else ''}{places})", template, *arguments)
    await connection.execute(text)


async def ensure_role(server: Connection, role: Role) -> None:
    """A login that may do nothing by itself. Its password follows the installation's secrets."""
    exists = await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role.name)
    verb = "ALTER" if exists else "CREATE"
    await statement(server, f"{verb} ROLE %I LOGIN NOCREATEDB NOCREATEROLE PASSWORD %L", role.name, role.password)
    superuser = await server.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not superuser:
        # An administrator who is no superuser needs membership to give the role a database and default privileges.
        await statement(server, "GRANT %I TO CURRENT_USER WITH INHERIT TRUE, SET TRUE", role.name)


async def ensure_database(server: Connection, database: str, owner: str | None) -> None:
    """A UTF-8 database that nobody may enter without a grant."""
    if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        await statement(server, "CREATE DATABASE %I TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'", database)
    if owner:
        await statement(server, "ALTER DATABASE %I OWNER TO %I", database, owner)
    await statement(server, "REVOKE ALL ON DATABASE %I FROM PUBLIC", database)


async def grant_connect(server: Connection, database: str, holder: Tenant) -> None:
    """Both roles may connect, and see their own schema first."""
    schema = "public" if database == holder.database else holder.app
    for role in (holder.owner, holder.runtime):
        await statement(server, "GRANT CONNECT ON DATABASE %I TO %I", database, role.name)
        await statement(server, "ALTER ROLE %I IN DATABASE %I SET search_path = %I", role.name, database, schema)
    await statement(
        server,
        "ALTER ROLE %I IN DATABASE %I SET idle_in_transaction_session_timeout = '60s'",
        holder.runtime.name,
        database,
    )


async def furnish(admin_url: str, database: str, schema: str, holder: Tenant) -> None:
    """The schema belongs to the owner role; the app role reads and writes rows of what the owner creates, no more."""
    owner, runtime = holder.owner.name, holder.runtime.name
    connection = await connect(admin_url, database)
    try:
        async with connection.transaction():
            await statement(connection, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
            await statement(connection, "CREATE SCHEMA IF NOT EXISTS %I", schema)
            await statement(connection, "ALTER SCHEMA %I OWNER TO %I", schema, owner)
            await statement(connection, "GRANT USAGE ON SCHEMA %I TO %I", schema, runtime)
            for rights in (
                "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES",
                "GRANT USAGE, SELECT ON SEQUENCES",
                "GRANT EXECUTE ON FUNCTIONS",
            ):
                template = f"ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I {rights} TO %I"
                await statement(connection, template, owner, schema, runtime)
            template = "ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
            await statement(connection, template, owner)
    finally:
        await connection.close()
