"""The job that gives a region's two PostgreSQL servers their databases, roles and rights: `python -m deploy.databases`.

One server holds the apps' data, the other the wrapped person keys. Names and rights are those of the local launcher.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from deploy.local import provision


def tenants(environ: Mapping[str, str]) -> list[provision.Tenant]:
    """The five apps of the region; passwords are ROLE_registry_owner and so on (KeyError when missing)."""
    prefix = f"r{environ['JIELI_REGION']}"
    passwords = {
        f"{prefix}_{app}_{part}": environ[f"ROLE_{app}_{part}"] for app in provision.APPS for part in ("owner", "app")
    }
    return [provision.tenant(prefix, app, passwords) for app in provision.APPS]


async def furnish_keys(admin_url: str, holders: Sequence[provision.Tenant]) -> None:
    """On the keys server: one database, a schema per app that holds personal data, and nobody in another's schema."""
    server = await provision.connect(admin_url)
    try:
        for holder in holders:
            await provision.ensure_role(server, holder.owner)
            await provision.ensure_role(server, holder.runtime)
        for database in {str(holder.keys_database) for holder in holders}:
            await provision.ensure_database(server, database, None)
        for holder in holders:
            await provision.grant_connect(server, str(holder.keys_database), holder)
    finally:
        await server.close()
    for holder in holders:
        await provision.furnish(admin_url, str(holder.keys_database), holder.app, holder)


async def furnish_region(environ: Mapping[str, str]) -> None:
    """Bring both servers up to date. Safe to repeat; asyncpg.PostgresError or OSError when a server refuses."""
    apps = tenants(environ)
    await provision.provision(environ["JIELI_ADMIN_DATABASE_URL"], [replace(app, keys_database=None) for app in apps])
    await furnish_keys(environ["JIELI_KEYS_ADMIN_DATABASE_URL"], [app for app in apps if app.keys_database])


if __name__ == "__main__":
    asyncio.run(furnish_region(os.environ))
