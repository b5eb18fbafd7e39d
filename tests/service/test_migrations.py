"""Migrations: they build what the tables say, for the owner role alone, and running them again changes nothing."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import migrate, plumbing
from tests.architecture import house
from tests.support import apps
from tests.support.postgres import TestServer


def differences(connection: Connection, app: str) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
    found: list[object] = []
    # One comparison with both, or each would find the other's tables too many.
    for each in compare_metadata(context, [house.metadata(app), plumbing.METADATA]):  # type: ignore[arg-type]  # alembic takes a list, its stub does not
        if not (each[0] == "remove_table" and each[1].name == "alembic_version"):
            found.append(each)
    return found


@pytest.mark.parametrize("app", sorted(house.apps()))
async def test_the_migrations_build_what_the_tables_say(app: str, postgres: TestServer, tmp_path: Path) -> None:
    settings = apps.settings(app, await postgres.create_database(app), tmp_path)
    await asyncio.to_thread(migrate.upgrade, app, settings)
    await asyncio.to_thread(migrate.upgrade, app, settings)
    engine = create_async_engine(settings.owner_database_url)
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(differences, app)
    finally:
        await engine.dispose()
    assert not found, f"write the next migration of {app}: {found}"


@pytest.mark.parametrize("app", sorted(house.apps()))
async def test_the_app_cannot_change_its_tables(app: str, postgres: TestServer, tmp_path: Path) -> None:
    """The role of run time owns nothing and is no superuser; it reads and writes rows."""
    settings = apps.settings(app, await postgres.create_database(app), tmp_path)
    await asyncio.to_thread(migrate.upgrade, app, settings)
    engine = create_async_engine(settings.database_url)
    try:
        async with engine.connect() as connection:
            owned = await connection.scalar(text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user"))
            mighty = await connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
            readable = await connection.scalar(text("SELECT has_table_privilege('outbox', 'INSERT')"))
    finally:
        await engine.dispose()
    assert (owned, mighty, readable) == (0, False, True)
