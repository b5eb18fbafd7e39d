"""One linear Alembic history per app, run by the owner role; `python -m shared.migrate identity` in production."""

import asyncio
import os
import sys
from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import plumbing, vault
from shared.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LOCK = 0x4A49454C  # one migration at a time per database


def location(app: str) -> Path:
    """The folder of an app's migrations."""
    service = ROOT / "services" / app
    return (service if service.is_dir() else ROOT / app) / "migrations"


def config(app: str, url: str) -> Config:
    """Alembic's configuration for one app."""
    made = Config()
    made.set_main_option("script_location", str(location(app)))
    made.set_main_option("path_separator", "os")
    made.attributes["url"] = url
    return made


def upgrade(app: str, settings: Settings) -> None:
    """Bring the app's database (and its schema of person keys) to the newest form; safe to run at every start."""
    command.upgrade(config(app, settings.owner_database_url), "head")
    if settings.keys_owner_database_url:
        asyncio.run(_person_keys(app, settings.keys_owner_database_url))


async def _person_keys(app: str, url: str) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        for statement in vault.TABLES:
            await connection.execute(text(statement.format(schema=app)))
    await engine.dispose()


def run(metadata: MetaData) -> None:
    """What every migrations/env.py does: migrate online under a lock, comparing with the app's tables."""
    asyncio.run(_online(metadata, context.config.attributes["url"]))


async def _online(metadata: MetaData, url: str) -> None:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate, metadata)
        await connection.commit()
    await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    context.configure(connection=connection, target_metadata=[metadata, plumbing.METADATA], compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


def create_plumbing() -> None:
    """The tables of shared.plumbing that are not there yet: the first step of an app's first migration."""
    plumbing.METADATA.create_all(op.get_bind())


def main() -> None:
    """Migrate the app named on the command line."""
    app = sys.argv[1]
    upgrade(app, Settings.load(app, os.environ))


if __name__ == "__main__":
    main()
