"""A witness: what it reads and signs, to the byte, and that it never cosigns two histories of one log."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from jieli_verify import note as outside

from gateway.audit.rules import notes, tree
from gateway.witness.rules import checkpoints, submissions
from gateway.witness.rules.submissions import Verdict
from shared.problems import Problem
from tests.support.another_log import AnotherLog

SIZE = 40
LOG, FORK = AnotherLog(SIZE), AnotherLog(SIZE, fork=17)
KEY = checkpoints.verifier(LOG.signer.verifier_key, notes.ED25519)
NOTHING = (0, tree.EMPTY_ROOT)
WITNESS = notes.Signer(
    checkpoints.witness_name("610118"), Ed25519PrivateKey.from_private_bytes(bytes(range(32))), notes.COSIGNATURE
)
# Of openssl: pkeyutl -sign -rawin over the five lines of the message, sha256 over name, newline, type and key.
TEXT, AT = f"jieli/621124\n3\n{'A' * 43}=\n", 1679315147
VERIFIER_KEY = "jieli/610118/witness+c12df647+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
LINE = (
    "— jieli/610118/witness wS32RwAAAABkGFDLdS1gj+3Cuc43fzJDbhxXpII0Q5y2D2zGwMHyvLwUacbMqDQllnBu3OzakH/"
    "mTKUiSUSbe0kTisQWXNwtRKCVCA==\n"
)


def kept(log: AnotherLog, size: int) -> tuple[int, bytes]:
    return size, log.root(size)


def code(body: bytes) -> tuple[int, str]:
    with pytest.raises(Problem) as refused:
        submissions.read(body)
    return refused.value.kind.status, refused.value.kind.code


def test_a_cosignature_is_to_the_byte_what_another_program_makes() -> None:
    assert WITNESS.verifier_key == VERIFIER_KEY
    assert checkpoints.cosigned(WITNESS, TEXT, AT) == LINE


def test_the_verifier_from_outside_takes_it_and_reads_its_time() -> None:
    line = checkpoints.cosigned(WITNESS, checkpoints.read(LOG.note(9)).text, AT)
    trusted = outside.Trusted(outside.key(LOG.signer.verifier_key), (outside.witness_key(WITNESS.verifier_key),))
    (found,) = outside.checkpoint(LOG.note(9) + line, trusted).cosignatures
    assert (found.witness, found.at.timestamp()) == ("jieli/610118/witness", AT)


def test_the_log_takes_the_line_of_the_witness_that_it_knows_among_others() -> None:
    key = checkpoints.verifier(VERIFIER_KEY, notes.COSIGNATURE)
    assert checkpoints.cosignature(f"— another AAAAAAAA\n{LINE}", TEXT, key) == LINE
    for other in (LINE.replace("wS32R", "wS32S"), LINE.replace("AABkG", "AABkH"), LINE.replace("==", ""), "", "—"):
        with pytest.raises(ValueError, match="did not cosign"):
            checkpoints.cosignature(other, TEXT, key)
    with pytest.raises(ValueError, match="did not cosign"):
        checkpoints.cosignature(LINE, TEXT.replace("3", "4"), key)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "jieli/610118/witness",
        VERIFIER_KEY.replace("c12d", "c12e"),
        VERIFIER_KEY.replace("BAOh", "AQOh"),
        VERIFIER_KEY[:-4],
        VERIFIER_KEY.replace("jieli", ""),
    ],
)
def test_what_is_no_key_of_a_witness_is_not_used(line: str) -> None:
    with pytest.raises(ValueError):
        checkpoints.verifier(line, notes.COSIGNATURE)


def test_what_a_log_sends_is_read_as_it_was_meant() -> None:
    asked = LOG.asks(17, 40)
    assert (asked.old, asked.proof) == (17, LOG.proof(17, 40))
    assert (asked.note.origin, asked.note.size, asked.note.root) == ("jieli/621124", 40, LOG.root(40))
    assert checkpoints.signed(asked.note, KEY) == LOG.note(40)


NOTE = LOG.note(40)
MALFORMED = {
    "nothing": b"",
    "no text": b"\xff\n\n" + NOTE.encode(),
    "no old size": b"\n\n" + NOTE.encode(),
    "another word": b"new 17\n\n" + NOTE.encode(),
    "a size with a zero before it": b"old 017\n\n" + NOTE.encode(),
    "a size below nothing": b"old -1\n\n" + NOTE.encode(),
    "an old size beyond the checkpoint's": LOG.body(0, 40).replace(b"old 0", b"old 41"),
    "a size beyond all sizes": LOG.body(0, 40).replace(b"old 0", b"old 9223372036854775808"),
    "a size of other digits": "old ١٧\n\n".encode() + NOTE.encode(),
    "a proof that is too long": b"old 17\n" + 64 * (base64.b64encode(bytes(32)) + b"\n") + b"\n" + NOTE.encode(),
    "a short hash": b"old 17\nAAAA\n\n" + NOTE.encode(),
    "no base64": b"old 17\n%\n\n" + NOTE.encode(),
    "no note": b"old 17\n\n",
    "no signature": b"old 0\n\n" + NOTE.partition("\n\n")[0].encode(),
    "a line that is no signature": b"old 0\n\n" + NOTE.encode() + b"- x AAAAAAAA\n",
    "a note without its end": b"old 0\n\n" + NOTE.encode()[:-1],
    "a control character": b"old 0\n\n" + NOTE.encode().replace(b"jieli/621124\n40", b"jieli/621124\r\n40"),
    "no origin": b"old 0\n\n" + NOTE.encode().replace(b"jieli/621124\n40", b"\n40"),
    "no root": b"old 0\n\njieli/621124\n40\n\n" + NOTE.encode().partition(b"\n\n")[2],
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_no_submission_is_malformed(body: bytes) -> None:
    assert code(body) == (400, "checkpoint-malformed")


@given(st.binary(max_size=200))
def test_nothing_else_comes_of_whatever_is_sent(body: bytes) -> None:
    assert code(b"old 1\n\n" + body) == (400, "checkpoint-malformed")


def test_a_checkpoint_with_lines_of_its_own_and_other_signatures_is_read() -> None:
    text = checkpoints.read(NOTE).text + "more\n"
    signature = base64.b64encode(LOG.signer.key_id + LOG.signer.sign(text.encode())).decode()
    note = checkpoints.read(f"{text}\n— another AAAAAAAA\n— {LOG.signer.origin} {signature}\n")
    assert checkpoints.signed(note, KEY) == f"{text}\n— {LOG.signer.origin} {signature}\n"


def test_a_forged_signature_spoils_a_genuine_one_and_foreign_ones_do_not_count() -> None:
    text, line = checkpoints.read(NOTE).text, NOTE.rpartition("\n\n")[2]
    forged = base64.b64encode(LOG.signer.key_id + bytes(64)).decode()
    foreign = AnotherLog(SIZE, seed=8).note(40).rpartition("\n\n")[2]
    for lines in (foreign, f"— {LOG.signer.origin} {forged}\n", f"{line}— {LOG.signer.origin} {forged}\n"):
        with pytest.raises(ValueError, match="did not sign"):
            checkpoints.signed(checkpoints.read(f"{text}\n{lines}"), KEY)
    assert checkpoints.signed(checkpoints.read(f"{text}\n{foreign}{line}"), KEY) == NOTE


@pytest.mark.parametrize(
    ("before", "asked", "verdict"),
    [
        (NOTHING, LOG.asks(0, 40), Verdict.COSIGN),
        (NOTHING, LOG.asks(0, 0), Verdict.COSIGN),
        (kept(LOG, 20), LOG.asks(20, 40), Verdict.COSIGN),
        (kept(LOG, 20), LOG.asks(20, 20), Verdict.COSIGN),
        (kept(LOG, 20), LOG.asks(0, 40), Verdict.STALE),
        (kept(LOG, 20), LOG.asks(10, 15), Verdict.STALE),
        (kept(LOG, 20), LOG.asks(21, 40), Verdict.STALE),
        (kept(LOG, 20), FORK.asks(20, 40), Verdict.INCONSISTENT),
        (kept(LOG, 20), FORK.asks(20, 20), Verdict.STALE),
        (kept(LOG, 20), replace(LOG.asks(20, 40), proof=[]), Verdict.INCONSISTENT),
        (kept(LOG, 20), replace(LOG.asks(20, 40), proof=LOG.proof(20, 40)[:-1]), Verdict.INCONSISTENT),
        (NOTHING, replace(LOG.asks(0, 40), proof=[bytes(32)]), Verdict.INCONSISTENT),
    ],
)
def test_what_continues_is_cosigned_and_nothing_else(
    before: tuple[int, bytes], asked: submissions.Submission, verdict: Verdict
) -> None:
    assert submissions.judge(before, asked) is verdict


def test_an_empty_log_has_the_root_of_nothing() -> None:
    text = f"jieli/621124\n0\n{base64.b64encode(bytes(32)).decode()}\n"
    note = checkpoints.read(f"{text}\n— a AAAAAAAA\n")
    assert submissions.judge(NOTHING, submissions.Submission(0, [], note)) is Verdict.STALE


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (FORK.asks(20, 20), "confirmed"),
        (FORK.asks(10, 20), "confirmed"),
        (LOG.asks(20, 20), None),
        (LOG.asks(0, 40), None),
        (FORK.asks(0, 40), None),
        (LOG.asks(0, 10), "suspected"),
        (FORK.asks(20, 40), "suspected"),
        (LOG.asks(0, 0), None),
    ],
)
def test_two_roots_of_one_size_are_a_fork_and_what_a_stranger_could_have_sent_is_asked_about(
    asked: submissions.Submission, state: str | None
) -> None:
    """Who sends an older checkpoint, or a wrong proof, shows nothing yet: both are easily had."""
    assert submissions.conflict(kept(LOG, 20), asked) == state
    assert submissions.conflict(NOTHING, asked) is None


def test_a_log_is_heard_about_the_longer_and_the_shorter_alike() -> None:
    at = {size: checkpoints.read(LOG.note(size)) for size in (10, 20)}
    forked = checkpoints.read(FORK.note(20))
    assert submissions.explains(at[10], at[20], LOG.proof(10, 20))
    assert submissions.explains(at[20], at[10], LOG.proof(10, 20))
    assert not submissions.explains(checkpoints.read(LOG.note(19)), forked, FORK.proof(19, 20))


SIZES = st.integers(min_value=0, max_value=SIZE)
PROOFS = st.one_of(st.none(), st.lists(st.sampled_from([bytes(32), *LOG.proof(17, 40), *FORK.proof(20, 40)])))


@given(st.lists(st.tuples(st.sampled_from([LOG, FORK]), SIZES, SIZES, PROOFS, st.booleans()), max_size=30))
def test_a_witness_never_cosigns_two_roots_of_one_size_nor_a_shorter_log(steps: list[Any]) -> None:
    """Whatever two writings of a log are sent, in which order, with which proofs, also as who knows what is held."""
    held, said = NOTHING, [NOTHING]
    for log, old, new, proof, knows in steps:
        start = held[0] if knows else old
        if start > new:
            continue
        asked = log.asks(start, new)
        asked = asked if proof is None else replace(asked, proof=proof)
        if submissions.judge(held, asked) is Verdict.COSIGN:
            held = (asked.note.size, asked.note.root)
            said.append(held)
    assert [size for size, _ in said] == sorted(size for size, _ in said)
    assert len({size for size, _ in said}) == len(set(said))
    assert set(said) <= {kept(LOG, size) for size, _ in said} or set(said) <= {kept(FORK, size) for size, _ in said}
