"""Witnesses at the command line: every checkpoint must carry what each named one said; the verdict says when."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jieli_verify.__main__ import main

from gateway.audit.rules import notes
from gateway.audit.rules.notes import Signer
from gateway.witness.rules import checkpoints
from tests.unit.verify import log as logs

SIZE, AT, TIME = 11, 1_795_000_000, "2026-11-18T11:06:40Z"
LOG = logs.Log(SIZE)
FORKED = logs.Log(SIZE)
FORKED.entries[3] = b"{}"


def witness(region: str, seed: int) -> Signer:
    name = checkpoints.witness_name(region)
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32), notes.COSIGNATURE)


EAST, WEST = witness("621124", 3), witness("630121", 4)


def cosigned(note: str, *witnesses: Signer, at: int = AT) -> str:
    text = checkpoints.read(note).text
    return note + "".join(checkpoints.cosigned(each, text, at) for each in witnesses)


class Desk:
    """Somebody with files and the keys that she trusts."""

    def __init__(self, folder: Path) -> None:
        self.files = logs.Files(folder)

    def says(self, command: str, *arguments: str, witnesses: tuple[str, ...] = (EAST.verifier_key,)) -> int:
        named = [part for each in witnesses for part in ("--witness", each)]
        return main([command, "--key", LOG.signer.verifier_key, *named, *arguments])

    def whole(self, note: str, *witnesses: str) -> int:
        """What is said to all entries of the log under this checkpoint."""
        export = self.files.put("entries", "".join(line.decode() + "\n" for line in LOG.entries))
        return self.says("log", self.files.put("note", note), export, witnesses=witnesses or (EAST.verifier_key,))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_cosigned_checkpoint_verifies_and_the_time_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.whole(cosigned(LOG.checkpoint(), EAST)) == 0
    told = f"VERIFIES: jieli/621124/witness cosigned the checkpoint of 11 entries at {TIME}"
    assert capsys.readouterr().out.splitlines()[1:] == [told]


def test_a_key_of_a_witness_may_lie_in_a_file(desk: Desk) -> None:
    assert desk.whole(cosigned(LOG.checkpoint(), EAST), desk.files.put("witness.key", EAST.verifier_key + "\n")) == 0


def test_each_named_witness_must_have_cosigned(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    both = (EAST.verifier_key, WEST.verifier_key)
    assert desk.whole(cosigned(LOG.checkpoint(), WEST, EAST), *both) == 0
    assert desk.whole(cosigned(LOG.checkpoint(), EAST), *both) == 1
    assert "carries no signature of the key jieli/630121/witness+" in capsys.readouterr().out


def test_whom_nobody_named_is_not_asked_about(desk: Desk) -> None:
    assert desk.whole(cosigned(LOG.checkpoint(), EAST, WEST)) == 0
    forged = cosigned(FORKED.checkpoint(), WEST).splitlines()[-1]
    assert desk.whole(cosigned(LOG.checkpoint(), EAST) + forged + "\n") == 0


LINE = cosigned(LOG.checkpoint(), EAST).splitlines()[-1]
VALUE = base64.b64decode(LINE.split()[2])


def line(value: bytes, name: str = EAST.origin) -> str:
    return f"— {name} {base64.b64encode(value).decode()}\n"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        line(VALUE[:4] + (AT + 1).to_bytes(8, "big") + VALUE[12:]),
        line(VALUE[:-1]),
        line(VALUE[:6]),
        line(VALUE, "another/witness"),
        line(EAST.key_id + EAST.sign(LOG.checkpoint().partition("\n\n")[0].encode() + b"\n")),
        cosigned(FORKED.checkpoint(), EAST).partition("\n\n")[2].partition("\n")[2],
        cosigned(LOG.checkpoint(SIZE - 1), EAST).partition("\n\n")[2].partition("\n")[2],
        LINE + "\n" + line(VALUE[:-64] + bytes(64)),
        cosigned(LOG.checkpoint(), EAST, at=0).partition("\n\n")[2].partition("\n")[2],
        cosigned(LOG.checkpoint(), EAST, at=2**60).partition("\n\n")[2].partition("\n")[2],
    ],
    ids=[
        "nothing", "another time", "a cut signature", "no signature", "another name", "no cosignature but a signature",
        "another root", "another size", "a forged one beside", "no time", "a time beyond the calendar",
    ],
)  # fmt: skip
def test_what_the_witness_did_not_say_of_this_checkpoint_does_not_verify(
    desk: Desk, capsys: pytest.CaptureFixture[str], lines: str
) -> None:
    assert desk.whole(LOG.checkpoint() + lines) == 1
    assert capsys.readouterr().out.startswith("DOES NOT VERIFY: ")


def test_a_fork_that_the_witness_did_not_see_is_caught_though_the_log_signed_it(desk: Desk) -> None:
    """The log shows her another history than it showed the witness; each verifies in itself."""
    bundle = desk.files.put("bundle", FORKED.bundle(6))
    assert desk.says("proof", bundle, witnesses=()) == 0
    assert desk.says("proof", bundle) == 1
    shown = desk.files.put("shown", cosigned(LOG.checkpoint(), EAST))
    seen = desk.files.put("seen", FORKED.checkpoint())
    assert desk.says("consistency", shown, seen, witnesses=()) == 1


def test_every_checkpoint_of_a_command_must_be_cosigned(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, path = LOG.checkpoint(4), LOG.checkpoint(), desk.files.put("path", LOG.consistency(4))
    for cosigned_old, cosigned_new in ((True, True), (True, False), (False, True)):
        older = desk.files.put("older", cosigned(old, EAST, at=AT - 60) if cosigned_old else old)
        newer = desk.files.put("newer", cosigned(new, EAST) if cosigned_new else new)
        wanted = 0 if cosigned_old and cosigned_new else 1
        assert desk.says("consistency", older, newer, path) == wanted
        bundle = desk.files.put("bundle", LOG.bundle(6) | {"checkpoint": cosigned(new, EAST) if cosigned_new else new})
        assert desk.says("proof", bundle, "--checkpoint", older, "--consistency", path) == wanted
    told = f"checkpoint of 4 entries at {TIME.replace('06:', '05:')}"
    assert capsys.readouterr().out.count(told) == 2, "by both commands"


@pytest.mark.parametrize("key", ["", "nothing", LOG.signer.verifier_key, EAST.verifier_key[:-4] + "AAA="])
def test_what_is_no_key_of_a_witness_is_not_used(desk: Desk, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The log's own key least of all: it would say of itself what a witness has to say."""
    assert desk.whole(cosigned(LOG.checkpoint(), EAST), desk.files.put("some.key", key)) == 2
    assert "the witness's key" in capsys.readouterr().err
