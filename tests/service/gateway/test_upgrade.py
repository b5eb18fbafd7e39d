"""What moved before every move was a step gets one by its migration, and signatures are of the offer they were for."""

import asyncio
from pathlib import Path

from alembic import command
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import migrate
from tests.support import apps
from tests.support.postgres import TestServer

VERSIONS = {
    ("agr-filed", 1): "offered",
    ("agr-next", 1): "terminated",
    ("agr-next", 2): "active",
    ("agr-refused", 1): "terminated",
    ("agr-again", 1): "offered",
    ("agr-signed", 1): "active",
    ("agr-halted", 1): "suspended",
    ("agr-sent", 1): "offered",
    ("agr-ended", 1): "expired",
    ("agr-unused", 1): "terminated",
    ("agr-used", 1): "terminated",
    ("agr-withdrawn", 1): "terminated",
    ("agr-lifted", 1): "active",
    ("agr-alone", 1): "active",
    ("agr-alone", 2): "terminated",
    ("agr-alone", 3): "terminated",
    ("agr-ahead", 1): "terminated",
    ("agr-ahead", 2): "agreed",
    ("agr-ahead", 3): "terminated",
}
# How many events there were of what only files moved: one of a draft that was dropped, two of what was in force.
# The events of an agreement are those of all of its versions: they say nothing about one of several.
EVENTS = {"agr-unused": 1, "agr-used": 2, "agr-alone": 3}
VERSION = """
INSERT INTO agreement (id, version, hash, consent_hash, state, body, valid_from, valid_until)
VALUES (:id, :version, 'hash', '', :state, '{}', now(), now() + interval '1 day')
"""
STEPS = (
    ("agr-next", "activated"),
    ("agr-refused", "refused"),
    *(("agr-again", kind) for kind in ("offered", "offered")),
    *(("agr-signed", kind) for kind in ("drafted", "offered", "approved")),
    *(("agr-halted", kind) for kind in ("agreed", "activated", "correction_asked")),
    ("agr-sent", "drafted"),
    ("agr-ended", "activated"),
    *(("agr-withdrawn", kind) for kind in ("drafted", "offered")),
    *(("agr-lifted", kind) for kind in ("activated", "suspended", "resume_asked", "resumed", "disputed")),
    ("agr-alone", "activated"),
    ("agr-ahead", "activated"),
)
STEP = """
INSERT INTO agreement_step (agreement, version, kind, side, officer, reason, at)
VALUES (:id, 1, :kind, 'provider', 'staff-1', '', now() + :after * interval '1 minute')
"""
SIGNATURE = """
INSERT INTO agreement_signature (agreement, version, side, by, jws, jwk, at)
VALUES ('agr-again', 1, :side, 'region', 'a..b', '{}', now() + :after * interval '1 minute')
"""


async def test_every_version_has_the_step_that_it_stands_at(postgres: TestServer, tmp_path: Path) -> None:
    settings = apps.settings("gateway", await postgres.create_database("gateway"), tmp_path)
    config = migrate.config("gateway", settings.owner_database_url)
    await asyncio.to_thread(command.upgrade, config, "0011")
    engine = create_async_engine(settings.owner_database_url)
    async with engine.begin() as connection:
        for (name, version), state in VERSIONS.items():
            await connection.execute(text(VERSION), {"id": name, "version": version, "state": state})
        for after, (name, kind) in enumerate(STEPS):
            await connection.execute(text(STEP), {"id": name, "kind": kind, "after": after})
        for name, number in EVENTS.items():
            row = {"name": name, "seq": number}
            await connection.execute(text("INSERT INTO aggregate (aggregate, seq) VALUES (:name, :seq)"), row)
        for side, after in (("consumer", 2.5), ("provider", 3.5)):
            await connection.execute(text(SIGNATURE), {"side": side, "after": after})
    await asyncio.to_thread(command.upgrade, config, "0012")
    async with engine.connect() as connection:
        steps = list(await connection.execute(text("SELECT * FROM agreement_step ORDER BY seq")))
        lasts = {(row.agreement, row.version): row.kind for row in steps}
        rounds = await connection.execute(text("SELECT side, round, signed FROM agreement_signature"))
        signed = {row.side: (row.round, row.signed) for row in rounds}
    await engine.dispose()
    assert lasts == {
        ("agr-filed", 1): "offered",
        ("agr-next", 1): "superseded",
        ("agr-next", 2): "activated",
        ("agr-refused", 1): "refused",
        ("agr-again", 1): "offered",
        ("agr-signed", 1): "activated",
        ("agr-halted", 1): "suspended",
        ("agr-sent", 1): "offered",
        ("agr-ended", 1): "expired",
        ("agr-unused", 1): "dropped",
        ("agr-used", 1): "terminated",
        ("agr-withdrawn", 1): "dropped",
        ("agr-lifted", 1): "disputed",
        ("agr-alone", 1): "activated",
        ("agr-alone", 2): "dropped",
        ("agr-alone", 3): "dropped",
        ("agr-ahead", 1): "terminated",
        ("agr-ahead", 2): "agreed",
        ("agr-ahead", 3): "dropped",
    }
    assert [row.side for row in steps if (row.agreement, row.kind) == ("agr-halted", "suspended")] == ["provider"]
    assert signed == {"consumer": (1, "hash"), "provider": (2, "hash")}
