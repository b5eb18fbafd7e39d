"""What the person sees at the command line: verdict and exit code for genuine, forged and unreadable material."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jieli_verify.__main__ import main

from tests.unit.verify import log as logs

SIZE = 11
MINE = 6


@pytest.fixture
def files(tmp_path: Path) -> logs.Files:
    return logs.Files(tmp_path)


@pytest.fixture
def kept() -> logs.Log:
    return logs.Log(SIZE)


def _key(files: logs.Files, kept: logs.Log) -> list[str]:
    return ["--key", files.put("log.key", kept.signer.verifier_key + "\n")]


def _bundle(kept: logs.Log, **changed: object) -> dict[str, Any]:
    return kept.bundle(MINE) | changed


def _proof(files: logs.Files, kept: logs.Log, bundle: object, *more: str) -> int:
    return main(["proof", *_key(files, kept), files.put("bundle.json", bundle), *more])


def test_a_genuine_bundle_verifies(files: logs.Files, kept: logs.Log, capsys: pytest.CaptureFixture[str]) -> None:
    assert _proof(files, kept, _bundle(kept)) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "VERIFIES: this is entry 6 of 11 in the log jieli/610118, as it was written"
    assert second == "VERIFIES: it is entry 3 of the person whose key the bundle holds"


def test_the_key_can_be_given_as_it_is(files: logs.Files, kept: logs.Log) -> None:
    assert main(["proof", "--key", kept.signer.verifier_key, files.put("bundle.json", _bundle(kept))]) == 0


def test_a_bundle_proves_its_entry_without_the_opening(files: logs.Files, kept: logs.Log) -> None:
    assert _proof(files, kept, _bundle(kept, opening=None)) == 0


@pytest.mark.parametrize(
    "forge",
    [
        lambda log, b: b | {"entry": b["entry"].replace("permit", "deny")},
        lambda log, b: b | {"entry": log.entries[MINE + 1].decode()},
        lambda log, b: b | {"index": MINE + 1},
        lambda log, b: b | {"index": SIZE},
        lambda log, b: b | {"inclusion": b["inclusion"][:-1]},
        lambda log, b: b | {"inclusion": b["inclusion"][1:]},
        lambda log, b: b | {"inclusion": b["inclusion"] + b["inclusion"][:1]},
        lambda log, b: b | {"inclusion": [b["inclusion"][0][:-8], *b["inclusion"][1:]]},
        lambda log, b: b | {"checkpoint": log.checkpoint(SIZE - 1)},
        lambda log, b: b | {"checkpoint": b["checkpoint"].replace("\n11\n", "\n12\n")},
        lambda log, b: b | {"checkpoint": logs.Log(SIZE, seed=2).checkpoint()},
        lambda log, b: b | {"checkpoint": logs.Log(SIZE, origin="jieli/621124").checkpoint()},
        lambda log, b: b | {"opening": b["opening"] | {"counter": MINE}},
        lambda log, b: b | {"opening": b["opening"] | {"key": base64.b64encode(bytes(32)).decode()}},
        lambda log, b: b | {"opening": b["opening"] | {"consent": "consent-2"}},
        lambda log, b: log.bundle(MINE + 1),
    ],
    ids=[
        "an edited entry", "a swapped entry", "a moved entry", "an entry beyond the log", "a proof without its end",
        "a proof without its beginning", "a padded proof", "a short hash", "a checkpoint of another size",
        "an edited checkpoint", "a foreign key", "a foreign log", "another counter", "another person's key",
        "another consent", "an entry about nobody",
    ],
)  # fmt: skip
def test_a_forged_bundle_does_not_verify(
    files: logs.Files,
    kept: logs.Log,
    capsys: pytest.CaptureFixture[str],
    forge: Callable[[logs.Log, dict[str, Any]], dict[str, Any]],
) -> None:
    assert _proof(files, kept, forge(kept, _bundle(kept))) == 1
    assert capsys.readouterr().out.startswith("DOES NOT VERIFY: ")


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        "{}",
        '{"entry": "{}", "entry": "{}"}',
        {"entry": "{}", "index": True, "inclusion": [], "checkpoint": ""},
        {"entry": "{}", "index": -1, "inclusion": [], "checkpoint": ""},
        {"entry": "{}", "index": 0, "inclusion": ["%"], "checkpoint": ""},
        {"entry": "{}", "index": 0, "inclusion": [7], "checkpoint": ""},
        {"entry": "{}", "index": 0, "inclusion": [], "checkpoint": "nothing signed"},
        {"entry": "{}", "index": 0, "inclusion": [], "checkpoint": "a\n0\nb\n\nno signature line\n"},
        {"entry": "{}", "index": 0, "inclusion": [], "checkpoint": "", "opening": []},
        '{"entry": "{}", "index": 0, "inclusion": [], "checkpoint": "", "more": ["\\udfff"]}',
    ],
)
def test_an_unreadable_bundle_is_not_judged(
    files: logs.Files, kept: logs.Log, capsys: pytest.CaptureFixture[str], content: object
) -> None:
    assert _proof(files, kept, content) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("UNUSABLE: ")


@pytest.mark.parametrize("key", ["", "jieli/610118", "jieli/610118+00000000+AAAA"])
def test_an_unreadable_key_is_not_used(files: logs.Files, kept: logs.Log, key: str) -> None:
    assert main(["proof", "--key", files.put("log.key", key), files.put("b", _bundle(kept))]) == 2


def test_a_key_that_is_no_text_is_not_used(files: logs.Files, kept: logs.Log) -> None:
    material = base64.b64encode(b"\x01" + bytes(32)).decode()
    assert main(["proof", "--key", f"jieli\udcff+00000000+{material}", files.put("b", _bundle(kept))]) == 2


def test_an_entry_that_is_no_text_is_not_judged(files: logs.Files, kept: logs.Log) -> None:
    assert _proof(files, kept, json.dumps(_bundle(kept, entry='{"subject":"\ud800"}'))) == 2


def test_a_receipt_that_is_no_text_is_not_judged(files: logs.Files, kept: logs.Log) -> None:
    receipt = files.put("receipt.json", json.dumps(kept.receipt(MINE) | {"log": "\ud800"}))
    assert _proof(files, kept, _bundle(kept), "--receipt", receipt) == 2


def test_a_key_copied_wrongly_is_noticed(files: logs.Files, kept: logs.Log) -> None:
    other = logs.Log(1, seed=2).signer.verifier_key
    mixed = kept.signer.verifier_key.rpartition("+")[0] + other[other.rindex("+") :]
    assert main(["proof", "--key", files.put("log.key", mixed), files.put("b", _bundle(kept))]) == 2


def test_missing_and_binary_files_are_not_judged(tmp_path: Path, files: logs.Files, kept: logs.Log) -> None:
    assert main(["proof", *_key(files, kept), str(tmp_path / "nowhere.json")]) == 2
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert main(["proof", *_key(files, kept), str(tmp_path / "binary")]) == 2


def test_a_saved_checkpoint_of_the_same_size_must_be_the_same(files: logs.Files, kept: logs.Log) -> None:
    saved = files.put("saved.note", kept.checkpoint())
    assert _proof(files, kept, _bundle(kept), "--checkpoint", saved) == 0
    fork = logs.Log(SIZE)
    fork.entries[0] = b"{}"
    forked = files.put("forked.note", fork.checkpoint())
    assert _proof(files, kept, _bundle(kept), "--checkpoint", forked) == 1


def test_an_older_saved_checkpoint_wants_a_consistency_proof(
    files: logs.Files, kept: logs.Log, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = files.put("saved.note", kept.checkpoint(4))
    assert _proof(files, kept, _bundle(kept), "--checkpoint", saved) == 2
    assert "/v1/log/consistency?from=4&to=11" in capsys.readouterr().err
    path = files.put("path.json", kept.consistency(4))
    assert _proof(files, kept, _bundle(kept), "--checkpoint", saved, "--consistency", path) == 0


@pytest.mark.parametrize("old", range(SIZE + 1))
def test_a_log_continues_each_of_its_checkpoints(files: logs.Files, kept: logs.Log, old: int) -> None:
    older, newer = files.put("old.note", kept.checkpoint(old)), files.put("new.note", kept.checkpoint())
    path = files.put("path.json", kept.consistency(old))
    assert main(["consistency", *_key(files, kept), older, newer, path]) == 0


def test_a_rewritten_log_does_not_continue(files: logs.Files, kept: logs.Log) -> None:
    older = files.put("old.note", kept.checkpoint(6))
    kept.entries[2] = b"{}"
    newer, path = files.put("new.note", kept.checkpoint()), files.put("path.json", kept.consistency(6))
    assert main(["consistency", *_key(files, kept), older, newer, path]) == 1


def test_a_cut_consistency_proof_does_not_verify(files: logs.Files, kept: logs.Log) -> None:
    older, newer = files.put("old.note", kept.checkpoint(6)), files.put("new.note", kept.checkpoint())
    genuine = kept.consistency(6)
    for path in (genuine["consistency"][:-1], genuine["consistency"][1:], []):
        cut = files.put("path.json", genuine | {"consistency": path})
        assert main(["consistency", *_key(files, kept), older, newer, cut]) == 1


def test_a_consistency_proof_for_other_sizes_is_not_used(files: logs.Files, kept: logs.Log) -> None:
    older, newer = files.put("old.note", kept.checkpoint(6)), files.put("new.note", kept.checkpoint())
    assert main(["consistency", *_key(files, kept), older, newer, files.put("p", kept.consistency(5))]) == 2


def test_an_empty_log_with_a_root_does_not_verify(files: logs.Files, kept: logs.Log) -> None:
    text = f"{kept.signer.origin}\n0\n{base64.b64encode(bytes(32)).decode()}\n"
    signature = base64.b64encode(kept.signer.key_id + kept.signer.sign(text.encode())).decode()
    empty = files.put("old.note", f"{text}\n— {kept.signer.origin} {signature}\n")
    assert main(["consistency", *_key(files, kept), empty, files.put("new.note", kept.checkpoint())]) == 1


def test_a_kept_promise_verifies_and_a_broken_one_does_not(files: logs.Files, kept: logs.Log) -> None:
    genuine = files.put("receipt.json", kept.receipt(MINE))
    assert _proof(files, kept, _bundle(kept), "--receipt", genuine) == 0
    broken = files.put("receipt.json", kept.receipt(MINE - 1))
    assert _proof(files, kept, _bundle(kept), "--receipt", broken) == 1
    altered = files.put("receipt.json", kept.receipt(MINE) | {"at": "2026-11-22T08:31:00.000Z"})
    assert _proof(files, kept, _bundle(kept), "--receipt", altered) == 1


def test_all_entries_give_the_root(files: logs.Files, kept: logs.Log) -> None:
    assert _whole(files, kept, kept.entries) == 0


@pytest.mark.parametrize(
    "alter",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[:3] + lines[4:],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(b"permit", b"deny"), *lines[1:]],
        lambda lines: [*lines[:5], lines[4], *lines[5:]],
    ],
    ids=["cut", "removed", "swapped", "edited", "doubled"],
)
def test_altered_entries_do_not_give_the_root(
    files: logs.Files, kept: logs.Log, alter: Callable[[list[bytes]], list[bytes]]
) -> None:
    assert _whole(files, kept, alter(kept.entries)) == 1


def _whole(files: logs.Files, kept: logs.Log, lines: list[bytes]) -> int:
    export = files.put("entries.ndjson", "".join(line.decode() + "\n" for line in lines))
    return main(["log", *_key(files, kept), files.put("now.note", kept.checkpoint()), export])


def test_an_entry_that_names_a_member_twice_is_not_shown(files: logs.Files, kept: logs.Log) -> None:
    kept.entries[MINE] = b'{"subject":"a","subject":"b"}'
    assert _proof(files, kept, _bundle(kept)) == 2


def test_bundles_survive_being_saved_as_json(files: logs.Files, kept: logs.Log) -> None:
    text = json.dumps(_bundle(kept), ensure_ascii=False, indent=2)
    assert _proof(files, kept, text) == 0
