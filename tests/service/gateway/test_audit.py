"""The log on a real PostgreSQL: shared commits, guards, several writers, checkpoints, erasure, nothing changeable."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from jieli_verify import note
from jieli_verify import tree as outside
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.audit import commands, queries
from gateway.audit.rules import entries, tree
from gateway.kept import Connection
from shared import problems
from tests.service.gateway import logs


@pytest.fixture
async def opened(empty_log: dict[str, str]) -> AsyncIterator[logs.Opened]:
    async with logs.opened(empty_log) as held:
        yield held


async def test_two_hundred_concurrent_appends_share_commits_and_none_is_lost(opened: logs.Opened) -> None:
    written = [logs.entry(person=f"person-{number % 7}") for number in range(200)]
    receipts = await asyncio.gather(*(opened.log.append(entry) for entry in written))
    async with opened.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(DISTINCT xmin::text) FROM log_entry")) < 20  # transactions
    assert sorted(receipt.index for receipt in receipts) == list(range(200))
    lines = await opened.lines()
    for entry, receipt in zip(written, receipts, strict=True):
        assert str(lines[receipt.index].decision) == entry.decision
        assert lines[receipt.index].leaf_hash == receipt.leaf == outside.leaf(lines[receipt.index].body)
    assert await opened.verified() == 200


async def test_two_gateways_write_one_log(opened: logs.Opened) -> None:
    async with logs.opened(opened.addresses) as other:
        writers = [opened.log, other.log]

        async def write(number: int) -> int:
            receipt = await writers[number % 2].append(logs.entry(person=f"person-{number % 3}"))
            return receipt.index

        indexes: list[int] = []
        for _ in range(5):
            indexes += await asyncio.gather(*(write(number) for number in range(40)))
    assert sorted(indexes) == list(range(200))
    assert await opened.verified() == 200


async def test_a_receipt_is_a_promise_that_the_verifier_accepts(opened: logs.Opened) -> None:
    receipt = await opened.log.append(logs.entry())
    promise = opened.log.promise(receipt)
    signature = note.base64_bytes(promise.pop("signature"), "signature")
    message = json.dumps(promise, sort_keys=True, separators=(",", ":")).encode()
    note.key(logs.SIGNER.verifier_key).check(signature, message)
    assert promise["leaf"] == logs.text_of((await opened.lines())[0].leaf_hash)


class Stock:
    """A guard over a row that holds how many calls are left; it counts down in the transaction of the entries."""

    async def check(self, connection: Connection, questions: Sequence[str]) -> Sequence[commands.Refusal | None]:
        left = await connection.fetchval("SELECT left_over FROM stock FOR UPDATE")
        granted = min(left, len(questions))
        await connection.execute("UPDATE stock SET left_over = left_over - $1", granted)
        refusal = commands.Refusal("quota-exhausted", {"retry_after": 60})
        return [None] * granted + [refusal] * (len(questions) - granted)


class Broken:
    """A guard that fails after it has changed something."""

    async def check(self, connection: Connection, questions: Sequence[str]) -> Sequence[commands.Refusal | None]:
        await connection.execute("UPDATE stock SET left_over = 0")
        raise ConnectionError("the row cannot be read")


async def _with_stock(held: logs.Opened, left: int) -> None:
    owner = logs.db.engine(held.addresses["OWNER_DATABASE_URL"])
    async with owner.begin() as connection:
        await connection.execute(text("CREATE TABLE stock (left_over int NOT NULL)"))
        await connection.execute(text("INSERT INTO stock VALUES (:left)"), {"left": left})
    await owner.dispose()


async def _left(held: logs.Opened) -> Any:
    async with held.engine.connect() as connection:
        return await connection.scalar(text("SELECT left_over FROM stock"))


async def test_a_guard_counts_exactly_across_batches_and_gateways(opened: logs.Opened) -> None:
    await _with_stock(opened, 30)
    async with logs.opened(opened.addresses) as other:
        condition = commands.Condition(Stock(), "one")
        receipts = await asyncio.gather(
            *((opened, other)[number % 2].log.append(logs.entry(), condition) for number in range(100))
        )
    assert sum(receipt.refusal is None for receipt in receipts) == 30
    assert await _left(opened) == 0
    assert await opened.verified() == 100


async def test_a_refused_entry_is_written_as_its_refusal_and_its_neighbours_stand(opened: logs.Opened) -> None:
    await _with_stock(opened, 1)
    stock = Stock()
    first, second, free = await asyncio.gather(
        opened.log.append(logs.entry(), commands.Condition(stock, "a")),
        opened.log.append(logs.entry(), commands.Condition(stock, "b")),
        opened.log.append(logs.entry()),
    )
    assert (first.refusal, free.refusal) == (None, None)
    assert second.refusal == commands.Refusal("quota-exhausted", {"retry_after": 60})
    bodies = [json.loads(line.body) for line in await opened.lines()]
    assert [body["verdict"] for body in bodies] == ["permit", "deny", "permit"]
    assert bodies[1]["reason"] == "quota-exhausted"
    assert bodies[1]["fields"] == {"asked": ["儿童姓名", "出生日期"], "allowed": [], "sent": []}


async def test_a_guard_that_fails_denies_its_own_entries_and_undoes_what_it_did(opened: logs.Opened) -> None:
    await _with_stock(opened, 5)
    outcomes = await asyncio.gather(
        opened.log.append(logs.entry(), commands.Condition(Stock(), "a")),
        opened.log.append(logs.entry(), commands.Condition(Broken(), "b")),
        opened.log.append(logs.entry()),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], problems.Problem)
    assert outcomes[1].kind.code == "log-unavailable"
    assert [isinstance(outcome, commands.Receipt) for outcome in outcomes] == [True, False, True]
    assert await _left(opened) == 4
    assert await opened.verified() == 2


async def test_an_entry_without_canonical_form_fails_alone(opened: logs.Opened) -> None:
    outcomes = await asyncio.gather(
        opened.log.append(logs.entry()),
        opened.log.append(logs.entry(latency_ms=2**53)),
        opened.log.append(logs.entry(operation="\ud800", person="a")),
        opened.log.append(logs.entry(person="a")),
        return_exceptions=True,
    )
    assert [isinstance(outcome, commands.Receipt) for outcome in outcomes] == [True, False, False, True]
    assert await opened.verified() == 2


async def test_nothing_is_acknowledged_when_the_log_cannot_be_written(opened: logs.Opened) -> None:
    unreachable = {**opened.addresses, "DATABASE_URL": "postgresql+asyncpg://nobody:none@127.0.0.1:1/none"}
    async with logs.opened(unreachable) as cut:
        with pytest.raises(problems.Problem) as caught:
            await cut.log.append(logs.entry())
        assert (caught.value.kind.status, caught.value.kind.code) == (503, "log-unavailable")
        with pytest.raises(problems.Problem) as caught:
            await cut.log.append(logs.entry(phase=entries.Phase.OUTCOME))
        assert (caught.value.kind.status, caught.value.kind.code) == (503, "outcome-not-logged")
        assert "may have been done" in caught.value.kind.advice
    assert await opened.verified() == 0


async def test_a_connection_that_died_while_idle_is_replaced(opened: logs.Opened) -> None:
    await opened.log.append(logs.entry())
    async with opened.engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = current_user AND datname = current_database() AND state = 'idle'"
            )
        )
    assert (await opened.log.append(logs.entry())).index == 1
    assert await opened.verified() == 2


async def test_a_log_that_falls_behind_refuses_more(opened: logs.Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "WAITING", 3)
    outcomes = await asyncio.gather(*(opened.log.append(logs.entry()) for _ in range(5)), return_exceptions=True)
    assert [isinstance(outcome, problems.Problem) for outcome in outcomes] == [False] * 3 + [True] * 2
    assert await opened.verified() == 3


async def test_a_caller_that_goes_away_does_not_hold_up_the_others(opened: logs.Opened) -> None:
    leaving = asyncio.ensure_future(opened.log.append(logs.entry()))
    staying = asyncio.ensure_future(opened.log.append(logs.entry()))
    await asyncio.sleep(0)  # let both be handed in; nothing is waited for
    leaving.cancel()
    assert (await staying).index in (0, 1)
    await opened.verified()


async def test_a_checkpoint_covers_the_log_and_is_made_once_per_size(opened: logs.Opened) -> None:
    trusted = note.Trusted(note.key(logs.SIGNER.verifier_key))
    empty = await opened.log.checkpoint()
    await asyncio.gather(*(opened.log.append(logs.entry()) for _ in range(9)))
    first, again = await opened.log.checkpoint(), await opened.log.checkpoint()
    assert first == again
    assert note.checkpoint(empty.note, trusted).root == outside.EMPTY_ROOT
    covered = note.checkpoint(first.note, trusted)
    assert (covered.size, covered.root) == await opened.root()


async def test_gateways_that_sign_at_the_same_moment_agree(opened: logs.Opened) -> None:
    await opened.log.append(logs.entry())
    async with logs.opened(opened.addresses) as other:
        first, second = await asyncio.gather(opened.log.checkpoint(), other.log.checkpoint())
    assert first == second


async def test_checkpoints_follow_the_log_by_themselves(opened: logs.Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "CHECKPOINT_AFTER", 5)
    keeper = asyncio.ensure_future(opened.log.keep_checkpoints())
    try:
        await _covered(opened, 0)
        await asyncio.gather(*(opened.log.append(logs.entry()) for _ in range(6)))
        await _covered(opened, 6)
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _covered(held: logs.Opened, size: int) -> None:
    """Wait for a checkpoint of this size; half the usual interval is far more than enough when one is due at once."""
    until = asyncio.get_running_loop().time() + commands.CHECKPOINT_EVERY / 2
    while (newest := await _newest(held)) is None or newest.size < size:
        assert asyncio.get_running_loop().time() < until, "no checkpoint came"


async def _newest(held: logs.Opened) -> queries.Checkpoint | None:
    async with held.engine.connect() as connection:
        return await queries.newest_checkpoint(connection)


async def test_proofs_from_the_stored_tree_verify_outside(opened: logs.Opened) -> None:
    sizes, roots = [], []
    for batch in (1, 6, 4, 13):
        await asyncio.gather(*(opened.log.append(logs.entry()) for _ in range(batch)))
        size, root = await opened.root()
        sizes.append(size)
        roots.append(root)
    lines = await opened.lines()
    async with opened.engine.connect() as connection:
        for index, line in enumerate(lines):
            path = await queries.proof(connection, tree.inclusion_spans(index, sizes[-1]))
            outside.check_inclusion(line.leaf_hash, index, sizes[-1], roots[-1], path)
        for old, old_root in zip(sizes, roots, strict=True):
            path = await queries.proof(connection, tree.consistency_spans(old, sizes[-1]))
            outside.check_consistency((old, old_root), (sizes[-1], roots[-1]), path)
            assert await queries.root(connection, old) == old_root


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entry SET body = 'x'",
        "DELETE FROM log_entry",
        "TRUNCATE log_entry",
        "UPDATE log_node SET hash = 'x'",
        "DELETE FROM log_checkpoint",
        "DROP TRIGGER only_grows ON log_entry",
    ],
)
async def test_the_run_time_role_cannot_change_what_is_written(opened: logs.Opened, statement: str) -> None:
    await asyncio.gather(opened.log.append(logs.entry()), opened.log.append(logs.entry()))
    await opened.log.checkpoint()
    with pytest.raises(DBAPIError):
        async with opened.engine.begin() as connection:
            await connection.execute(text(statement))
    assert await opened.verified() == 2


async def test_the_owner_who_edits_an_entry_is_found_out(opened: logs.Opened) -> None:
    await asyncio.gather(*(opened.log.append(logs.entry()) for _ in range(5)))
    size, root = await opened.root()
    lines = [line.body for line in await opened.lines()]
    lines[2] = lines[2].replace(b"permit", b"deny")
    assert outside.root_of([outside.leaf(line) for line in lines]) != root
    assert size == 5


async def test_entries_of_a_person_are_found_with_her_key_and_lost_with_it(opened: logs.Opened) -> None:
    await asyncio.gather(*(opened.log.append(logs.entry(person="amy")) for _ in range(3)))
    await opened.log.append(logs.entry(person="bob"))
    key = await opened.log.key_of("amy", "a decision")
    tags = [entries.Subject(key, counter).tag for counter in range(3)]
    async with opened.engine.connect() as connection:
        assert len(await queries.tagged(connection, tags)) == 3
        assert await queries.count_of(connection, opened.log.person_tag("amy")) == 3

    await opened.log.forget("amy")
    assert await opened.log.key_of("amy", "a decision") != key
    async with opened.engine.connect() as connection:
        assert await queries.count_of(connection, opened.log.person_tag("amy")) == 0
    await opened.log.append(logs.entry(person="amy"))
    assert await opened.verified() == 5


async def test_neither_database_holds_the_id_of_a_person_or_of_her_consent(opened: logs.Opened) -> None:
    person, consent = str(uuid.uuid4()), str(uuid.uuid4())
    await opened.log.append(logs.entry(person=person, consent=consent, about=f"referral of {person}"))
    for engine, names in ((opened.engine, ("log_entry", "log_counter")), (opened.keys, ("gateway.person_key",))):
        async with engine.connect() as connection:
            for name in names:
                content = await connection.scalar(text(f"SELECT string_agg(t::text, ' ') FROM {name} t"))  # noqa: S608 - names above
                for secret in (person, consent):
                    assert secret not in content
                    assert secret.encode().hex() not in content
