"""An administrator of the database, who also has the log's key, rewrites one row: whoever kept anything finds out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.audit.rules import tree
from tests.service.gateway import logs, views
from tests.service.gateway.views import AMY, Gateway

EDIT = ["UPDATE log_entry SET body = replace(convert_from(body, 'UTF8'), 'permit', 'deny')::bytea WHERE seq = {at}"]
DELETE = ["DELETE FROM log_entry WHERE seq = {at}", "UPDATE log_entry SET seq = seq - 1 WHERE seq > {at}"]
SWAP = [
    "UPDATE log_entry SET seq = -1 WHERE seq = {at}",
    "UPDATE log_entry SET seq = {at} WHERE seq = {at} + 1",
    "UPDATE log_entry SET seq = {at} + 1 WHERE seq = -1",
]
WAYS = [pytest.param(EDIT, id="edited"), pytest.param(DELETE, id="deleted"), pytest.param(SWAP, id="swapped")]
EMPTY = ["DELETE FROM log_node", "DELETE FROM log_checkpoint"]
TABLES = ("log_entry", "log_node", "log_checkpoint")
TRIGGERS = {
    verb: [f"ALTER TABLE {table} {verb} TRIGGER only_grows" for table in TABLES] for verb in ("DISABLE", "ENABLE")
}
HERS = 2  # the place of an entry of hers


@dataclass(frozen=True)
class Kept:
    """What she kept from before: a checkpoint, and the receipt that the log gave for an entry of hers."""

    checkpoint: str
    receipt: dict[str, Any]


@pytest.fixture
async def gateway(empty_log: dict[str, str], tmp_path: Path) -> AsyncIterator[Gateway]:
    async with views.served(empty_log, tmp_path) as held:
        yield held


@pytest.fixture
async def kept(gateway: Gateway) -> Kept:
    """A log in which entries of hers stand among those of others."""
    await gateway.access("bob")
    written = await gateway.log.append(logs.entry(person="amy"))
    assert written.index == HERS
    for person in ("bob", "amy", "bob"):
        await gateway.access(person)
    await gateway.log.checkpoint()
    return Kept(await gateway.get("/v1/log/checkpoint"), gateway.log.promise(written))


async def rewrite(gateway: Gateway, statements: list[str], at: int) -> None:
    """Change rows behind the triggers, and make the whole tree fit again: the log then signs what it finds."""
    owner = logs.db.engine(gateway.runtime.settings.owner_database_url)
    async with owner.begin() as connection:
        for statement in [*TRIGGERS["DISABLE"], *(each.format(at=at) for each in statements), *EMPTY]:
            await connection.execute(text(statement))
        bodies = list(await connection.scalars(text("SELECT body FROM log_entry ORDER BY seq")))
        leaves = [tree.leaf_hash(body) for body in bodies]
        edge, nodes = tree.extended(tree.EMPTY, leaves)
        fitting = text("UPDATE log_entry SET leaf_hash = :hash WHERE seq = :seq")
        await connection.execute(fitting, [{"seq": seq, "hash": leaf} for seq, leaf in enumerate(leaves)])
        added = text("INSERT INTO log_node VALUES (:level, :place, :hash)")
        rows = [{"level": node.level, "place": node.place, "hash": value} for node, value in nodes.items()]
        await connection.execute(added, rows)
        head = {"size": edge.size, "edge": b"".join(edge.hashes)}
        await connection.execute(text("UPDATE log_head SET size = :size, edge = :edge"), head)
        for statement in TRIGGERS["ENABLE"]:
            await connection.execute(text(statement))
    await owner.dispose()


async def grown(gateway: Gateway) -> str:
    """The log goes on as if nothing had been; its newest checkpoint."""
    for _ in range(2):
        await gateway.access("bob")
    await gateway.log.checkpoint()
    return str(await gateway.get("/v1/log/checkpoint"))


def size(checkpoint: str) -> int:
    return int(checkpoint.splitlines()[1])


async def consistency(gateway: Gateway, older: str, newer: str) -> Any:
    return await gateway.get(f"/v1/log/consistency?from={size(older)}&to={size(newer)}")


async def exported(gateway: Gateway) -> str:
    async with gateway.runtime.engine.connect() as connection:
        bodies = await connection.scalars(text("SELECT body FROM log_entry ORDER BY seq"))
        return "".join(body.decode() + "\n" for body in bodies)


async def test_a_log_that_nobody_touched_fits_what_was_kept(gateway: Gateway, kept: Kept) -> None:
    newer = await grown(gateway)
    path = await consistency(gateway, kept.checkpoint, newer)
    files = {"saved": kept.checkpoint, "newer": newer, "path": path, "receipt": kept.receipt}
    files["entries"] = await exported(gateway)
    assert await gateway.verdict("consistency", "saved", "newer", "path", **files) == 0
    assert await gateway.verdict("log", "saved", "entries", **files) == 0
    bundle = await gateway.get(f"/v1/me/accesses/{HERS}/proof", AMY)
    assert await gateway.verdict("proof", "bundle", "--receipt", "receipt", bundle=bundle, **files) == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", [0, HERS, 5])
async def test_a_saved_checkpoint_finds_out_what_was_done_to_any_row(
    gateway: Gateway, kept: Kept, way: list[str], at: int, capsys: pytest.CaptureFixture[str]
) -> None:
    await rewrite(gateway, way, at)
    newer = await grown(gateway)
    path = await consistency(gateway, kept.checkpoint, newer)
    files = {"saved": kept.checkpoint, "newer": newer, "path": path, "entries": await exported(gateway)}
    assert await gateway.verdict("log", "newer", "entries", **files) == 0, "the rewritten log must look sound in itself"
    assert await gateway.verdict("consistency", "saved", "newer", "path", **files) == 1
    assert await gateway.verdict("log", "saved", "entries", **files) == 1
    assert "DOES NOT VERIFY" in capsys.readouterr().out


@pytest.mark.parametrize("way", WAYS)
async def test_a_log_of_two_faces_is_a_fork(
    gateway: Gateway, kept: Kept, way: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Two checkpoints of one size that are both signed, and differ."""
    await rewrite(gateway, way, 0)
    while (face := await gateway.log.checkpoint()).size < size(kept.checkpoint):
        await gateway.log.append(logs.entry())
    assert face.size == size(kept.checkpoint)
    assert await gateway.verdict("consistency", "saved", "face", saved=kept.checkpoint, face=face.note) == 1
    assert "the log was forked" in capsys.readouterr().out


@pytest.mark.parametrize("way", WAYS)
async def test_her_receipt_finds_out_what_was_done_to_her_own_entry(
    gateway: Gateway, kept: Kept, way: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever stands there now, it is not what the log promised; an entry that is gone has no proof at all."""
    await rewrite(gateway, way, HERS)
    await grown(gateway)
    told = (await gateway.get("/v1/me/accesses", AMY))["accesses"]
    standing = {entry["entry"] for access in told for entry in access["entries"]}
    for entry in standing:
        bundle = await gateway.get(f"/v1/me/accesses/{entry}/proof", AMY)
        files = {"bundle": bundle, "receipt": kept.receipt}
        assert await gateway.verdict("proof", "bundle", "--receipt", "receipt", **files) == 1
    assert "the log promised another entry at this place" in capsys.readouterr().out


async def test_her_bundle_of_before_finds_out_too(gateway: Gateway, kept: Kept) -> None:
    """She kept only her proof; its checkpoint is as good as any other."""
    bundle = await gateway.get(f"/v1/me/accesses/{HERS}/proof", AMY)
    await gateway.log.checkpoint()
    await rewrite(gateway, EDIT, HERS)
    newer = await grown(gateway)
    older = str(bundle["checkpoint"])
    path = await consistency(gateway, older, newer)
    assert await gateway.verdict("consistency", "older", "newer", "path", older=older, newer=newer, path=path) == 1
