"""A region as the witness of another one's log, on real PostgreSQL: what it cosigns, refuses and keeps as evidence."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest
from jieli_verify import note as outside
from sqlalchemy.exc import DBAPIError

from gateway.audit.rules import notes
from gateway.federation import rules as federation
from gateway.federation.rules import Verifiers
from gateway.witness import alarms, api, commands
from gateway.witness.rules import submissions
from tests.service.gateway import elsewhere, logs
from tests.service.gateway.elsewhere import ORIGIN, Witnessing
from tests.support.another_log import AnotherLog
from tests.support.postgres import TestServer

SIZE = 40
LOG, FORK = AnotherLog(SIZE), AnotherLog(SIZE, fork=17)
SHOWN = f"/v1/witness/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
EMPTY = ("TRUNCATE witnessed_log", "TRUNCATE log_conflict")  # which only the owner can


@pytest.fixture(scope="module")
async def running(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Witnessing]:
    async with elsewhere.witnessing(postgres, tmp_path_factory.mktemp("witness"), LOG) as held:
        yield held


@pytest.fixture
async def witness(running: Witnessing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Witnessing]:
    """One that never saw the log; its own looks at what is suspected do not come in between."""
    monkeypatch.setattr(federation, "ASK_AGAIN", 0.0)
    yield running
    owner = logs.db.engine(running.app.runtime.settings.owner_database_url)
    async with owner.begin() as connection:
        for statement in EMPTY:
            await connection.execute(logs.text(statement))
    await owner.dispose()
    running.elsewhere.log, running.elsewhere.away = LOG, False
    running.elsewhere.verifiers = Verifiers(LOG.signer.verifier_key, "")


async def cosigned(witness: Witnessing, old: int, new: int, log: AnotherLog = LOG) -> str:
    answer = await witness.add(log.body(old, new))
    assert answer.status_code == 200, answer.text
    return answer.text


async def code(witness: Witnessing, body: bytes) -> tuple[int, str]:
    answer = await witness.add(body)
    return answer.status_code, answer.json()["code"]


async def trusted(witness: Witnessing) -> outside.Trusted:
    key = (await witness.get("/v1/witness/key")).text
    return outside.Trusted(outside.key(LOG.signer.verifier_key), (outside.witness_key(key),))


async def test_a_log_that_grows_is_cosigned_each_time_and_verifies_outside(witness: Witnessing) -> None:
    keys = await trusted(witness)
    for old, new in ((0, 5), (5, 5), (5, 17), (17, 40)):
        line = await cosigned(witness, old, new)
        (found,) = outside.checkpoint(LOG.note(new) + line, keys).cosignatures
        assert found.witness == "jieli/610118/witness"
    assert await witness.conflicts() == []


async def test_what_was_cosigned_last_is_shown_to_anybody(witness: Witnessing) -> None:
    assert (await witness.get(SHOWN)).json()["code"] == "log-unknown"
    line = await cosigned(witness, 0, 17)
    assert (await witness.get(SHOWN)).text == LOG.note(17) + line
    assert (await witness.get("/v1/witness/" + "0" * 64 + "/checkpoint")).status_code == 404
    assert (await witness.get("/v1/witness/log/checkpoint")).status_code == 422


async def test_whoever_begins_at_another_size_is_told_the_one_that_is_known(witness: Witnessing) -> None:
    """An older checkpoint that somebody sends again is one of these, and is cosigned no second time."""
    await cosigned(witness, 0, 17)
    for old, new in ((0, 40), (0, 5), (16, 17), (18, 40)):
        answer = await witness.add(LOG.body(old, new))
        assert (answer.status_code, answer.text) == (409, "17\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"


async def test_the_same_checkpoint_is_cosigned_again_when_the_first_answer_was_lost(witness: Witnessing) -> None:
    """The witness wrote it down and died before it answered: the log hears the size and asks once more."""
    keys, held = await trusted(witness), "SELECT xmin, note, at FROM witnessed_log"
    await cosigned(witness, 0, 17)
    before = await witness.rows(held)
    assert (await witness.add(LOG.body(0, 17))).text == "17\n"
    again = await cosigned(witness, 17, 17)
    assert outside.checkpoint(LOG.note(17) + again, keys).cosignatures
    assert await witness.rows(held) == before, "who asks again and again lets nothing be written"


async def test_what_its_log_did_not_sign_is_refused(witness: Witnessing) -> None:
    stranger, other = AnotherLog(5, origin="jieli/999999"), AnotherLog(5, seed=8)
    assert await code(witness, stranger.body(0, 5)) == (404, "log-unknown")
    assert await code(witness, other.body(0, 5)) == (403, "log-signature-missing")
    tampered = LOG.body(0, 5).replace(b"\n5\n", b"\n6\n")
    assert await code(witness, tampered) == (403, "log-signature-missing")
    assert await code(witness, LOG.body(0, 5)[:-3]) == (400, "checkpoint-malformed")
    assert await witness.rows("SELECT log FROM witnessed_log") == []


async def test_what_is_too_large_is_not_read(witness: Witnessing) -> None:
    more = "— another AAAAAAAA\n".encode()
    assert await code(witness, LOG.body(0, 5) + 5000 * more) == (413, "body-too-large")
    assert (await witness.add(LOG.body(0, 5) + 300 * more)).status_code == 200


async def test_a_key_that_the_log_has_changed_is_asked_for_again(witness: Witnessing) -> None:
    await cosigned(witness, 0, 5)
    renewed = AnotherLog(SIZE, seed=7)
    witness.elsewhere.verifiers = Verifiers(renewed.signer.verifier_key, "")
    await cosigned(witness, 5, 17, renewed)
    assert await code(witness, LOG.body(17, 40)) == (403, "log-signature-missing")


async def test_no_region_speaks_for_the_log_of_another(witness: Witnessing) -> None:
    foreign = AnotherLog(5, origin="jieli/999999")
    witness.elsewhere.verifiers = Verifiers(foreign.signer.verifier_key, "")
    assert (await code(witness, foreign.body(0, 5)))[0] == 404
    assert (await code(witness, LOG.body(0, 5)))[0] in (200, 403)


async def test_two_roots_of_one_size_are_kept_as_evidence_at_once(
    witness: Witnessing, capsys: pytest.CaptureFixture[str]
) -> None:
    line = await cosigned(witness, 0, 20)
    for old in (20, 10):
        answer = await witness.add(FORK.body(old, 20))
        assert (answer.status_code, answer.text) == (409, "20\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
    (kept,) = await witness.rows("SELECT * FROM log_conflict")
    assert (kept.state, kept.kept, kept.note) == ("confirmed", LOG.note(20) + line, FORK.note(20))
    assert '"event": "log_forked"' in capsys.readouterr().out
    assert await measured(witness) == 1
    assert (await witness.get(SHOWN)).text == LOG.note(20) + line


async def measured(witness: Witnessing, metric: str = "jieli_log_forked") -> float:
    """A metric that an alarm of docs/operations.md watches."""
    room = api.held(witness.app.runtime)
    await alarms.show(witness.app.runtime, room.known, room.alarms)
    text = (await witness.get("/metrics")).text
    (line,) = [each for each in text.splitlines() if each.startswith(f'{metric}{{source="{ORIGIN}"}}')]
    return float(line.split()[-1])


async def hear(witness: Witnessing) -> None:
    await alarms.hear(witness.app.runtime, api.held(witness.app.runtime).known)


async def test_who_sends_an_older_checkpoint_or_a_wrong_proof_brings_no_alarm(witness: Witnessing) -> None:
    """Both can be had by anybody: the log is asked, and has the proof."""
    await cosigned(witness, 0, 20)
    assert (await witness.add(LOG.body(0, 10))).status_code == 409
    wrong = submissions.body(20, LOG.proof(20, 40)[:-1], LOG.note(40))
    assert await code(witness, wrong) == (422, "checkpoint-inconsistent")
    assert [state for _, state in await witness.conflicts()] == ["suspected"] * 2
    await hear(witness)
    await hear(witness)
    assert await witness.conflicts() == []
    assert await measured(witness) == 0


@pytest.mark.parametrize(("old", "new"), [(20, 40), (0, 19)], ids=["a forked log", "a log that was cut and rewritten"])
async def test_a_log_that_has_no_proof_itself_is_forked(witness: Witnessing, old: int, new: int) -> None:
    await cosigned(witness, 0, 20)
    witness.elsewhere.log = FORK
    assert (await witness.add(FORK.body(old, new))).status_code in (409, 422)
    await hear(witness)
    assert await witness.conflicts() == [(new, "confirmed")]
    assert await measured(witness) == 1


async def test_a_log_that_forgot_a_size_it_signed_is_forked(witness: Witnessing) -> None:
    await cosigned(witness, 0, 20)
    witness.elsewhere.log = AnotherLog(19)
    await witness.add(LOG.body(0, 19))
    await hear(witness)
    assert await witness.conflicts() == [(19, "confirmed")]


async def test_a_log_that_does_not_answer_is_heard_later(witness: Witnessing) -> None:
    await cosigned(witness, 0, 20)
    witness.elsewhere.log, witness.elsewhere.away = FORK, True
    await witness.add(FORK.body(20, 40))
    await hear(witness)
    assert await witness.conflicts() == [(40, "suspected")]
    witness.elsewhere.away = False
    await hear(witness)
    assert await witness.conflicts() == [(40, "confirmed")]


async def test_suspicions_are_bounded_and_said_once(witness: Witnessing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "SUSPICIONS", 3)
    await cosigned(witness, 0, 20)
    for size in (5, 6, 5, 7, 8, 9):
        await witness.add(LOG.body(0, size))
    assert [size for size, _ in await witness.conflicts()] == [5, 6, 7]


async def test_who_sends_old_checkpoints_keeps_no_longer_one_from_being_suspected(
    witness: Witnessing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "SUSPICIONS", 3)
    await cosigned(witness, 0, 20)
    for size in (5, 6, 7):
        await witness.add(LOG.body(0, size))
    for size in (30, 31, 32, 33):
        await witness.add(FORK.body(20, size))
    await witness.add(LOG.body(0, 8))
    assert sorted(await witness.conflicts()) == [(size, "suspected") for size in (30, 31, 32)]


async def test_confirmed_evidence_is_bounded_and_more_is_a_line_in_the_log(
    witness: Witnessing, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "CONFLICTS", 2, raising=False)
    await cosigned(witness, 0, 20)
    for seed in range(3):
        await witness.add(other(20, seed))
    await witness.add(LOG.body(0, 10))
    witness.elsewhere.log = AnotherLog(9)
    await hear(witness)
    assert await witness.conflicts() == [(20, "confirmed")] * 2
    assert capsys.readouterr().out.count('"event": "log_forked"') == 4


def other(size: int, number: int) -> bytes:
    """One more root of this size that the log's key signed."""
    return submissions.body(size, [], notes.checkpoint(LOG.signer, size, bytes([number]) * 32))


async def test_how_long_a_log_leaves_a_suspicion_unheard_is_measured(witness: Witnessing) -> None:
    await cosigned(witness, 0, 20)
    assert await measured(witness, "jieli_log_suspected_seconds") == 0
    witness.elsewhere.away = True
    await witness.add(LOG.body(0, 10))
    assert 0 < await measured(witness, "jieli_log_suspected_seconds") < 60


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE witnessed_log SET size = size - 1",
        "UPDATE witnessed_log SET root = '\\x00'",
        "DELETE FROM witnessed_log",
        "DELETE FROM log_conflict",
        "UPDATE log_conflict SET note = ''",
        "UPDATE log_conflict SET state = 'suspected'",
    ],
)
async def test_the_role_of_run_time_takes_nothing_back(witness: Witnessing, statement: str) -> None:
    await cosigned(witness, 0, 20)
    await witness.add(FORK.body(20, 20))
    with pytest.raises(DBAPIError, match=r"does not go back|stays as it is"):
        async with witness.app.runtime.engine.begin() as connection:
            await connection.execute(logs.text(statement))


async def test_of_two_histories_sent_at_once_one_is_cosigned(witness: Witnessing) -> None:
    """Many at a time, from both writings of the log: each size has one root, and the witness stays with one of them."""
    await cosigned(witness, 0, 17)
    sent = [(log, size) for size in range(18, 30) for log in (LOG, FORK)]
    answers = await asyncio.gather(*(witness.add(log.body(17, size)) for log, size in sent))
    taken = [place for place, answer in zip(sent, answers, strict=True) if answer.status_code == 200]
    assert len(taken) == 1
    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    (kept,) = await witness.rows("SELECT size, root FROM witnessed_log")
    assert (kept.size, kept.root) == (taken[0][1], taken[0][0].root(taken[0][1]))


async def test_nothing_is_answered_that_is_not_written(witness: Witnessing) -> None:
    """The database fails at the commit: no cosignature leaves, and the witness stands where it stood."""
    await cosigned(witness, 0, 5)
    owner = logs.db.engine(witness.app.runtime.settings.owner_database_url)
    broken = "CREATE CONSTRAINT TRIGGER broken AFTER UPDATE ON witnessed_log DEFERRABLE INITIALLY DEFERRED"
    async with owner.begin() as connection:
        await connection.execute(logs.text(f"{broken} FOR EACH ROW EXECUTE FUNCTION log_only_grows()"))
    try:
        answer = await witness.add(LOG.body(5, 17))
        assert answer.status_code >= 500
        assert "witness" not in answer.text
    finally:
        async with owner.begin() as connection:
            await connection.execute(logs.text("DROP TRIGGER broken ON witnessed_log"))
        await owner.dispose()
    assert (await witness.add(LOG.body(4, 17))).text == "5\n"
