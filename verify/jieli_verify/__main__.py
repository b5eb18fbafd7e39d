"""The command jieli-verify. Exit code 0: everything verifies; 1: it does not; 2: the input cannot be used."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from jieli_verify import bundle, note, tree
from jieli_verify.verdicts import InputError, VerificationError

VERIFIES, REFUSED, UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Checks what the arguments name and prints the verdict. Returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        witnesses = tuple(note.witness_key(_key_line(each)) for each in options.witness)
        lines = options.check(options, note.Trusted(note.key(_key_line(options.key)), witnesses))
    except VerificationError as fault:
        print(f"DOES NOT VERIFY: {fault}")
        return REFUSED
    except InputError as fault:
        print(f"UNUSABLE: {fault}", file=sys.stderr)
        return UNUSABLE
    print("\n".join(lines))
    return VERIFIES


def proof(options: argparse.Namespace, trusted: note.Trusted) -> list[str]:
    """One entry is in the log, as it was written."""
    subject = bundle.read(_text(options.bundle))
    covered = bundle.check(subject, trusted)
    place = f"entry {subject.index} of {covered.size} in the log {covered.origin}"
    lines = [f"VERIFIES: this is {place}, as it was written"]
    if subject.opening:
        lines.append(f"VERIFIES: it is entry {subject.opening.counter} of the person whose key the bundle holds")
    lines += _cosigned(covered)
    if options.checkpoint:
        saved = note.checkpoint(_text(options.checkpoint), trusted)
        lines += [*_cosigned(saved), _continued(saved, covered, options.consistency)]
    if options.receipt:
        bundle.check_receipt(bundle.obj(_text(options.receipt), "the receipt"), subject, trusted.log)
        lines.append("VERIFIES: the log kept the promise of the receipt")
    return lines


def consistency(options: argparse.Namespace, trusted: note.Trusted) -> list[str]:
    """The newer log holds the older one unchanged."""
    older = note.checkpoint(_text(options.old), trusted)
    newer = note.checkpoint(_text(options.new), trusted)
    return [_continued(older, newer, options.proof), *_cosigned(older), *_cosigned(newer)]


def log(options: argparse.Namespace, trusted: note.Trusted) -> list[str]:
    """All entries give the root that was signed."""
    covered = note.checkpoint(_text(options.checkpoint), trusted)
    leaves = [tree.leaf(line.encode()) for line in _text(options.entries).removesuffix("\n").split("\n") if line]
    if len(leaves) < covered.size:
        raise VerificationError(f"the checkpoint covers {covered.size} entries and only {len(leaves)} are here")
    if tree.root_of(leaves[: covered.size]) != covered.root:
        raise VerificationError(
            "the entries do not give the root of the checkpoint: one was edited, removed, added or moved"
        )
    whole = f"VERIFIES: the {covered.size} entries of the log {covered.origin}, none edited, removed or moved"
    return [whole, *_cosigned(covered)]


def _cosigned(covered: note.Checkpoint) -> list[str]:
    """Who saw the checkpoint, and when by their clock."""
    return [
        f"VERIFIES: {each.witness} cosigned the checkpoint of {covered.size} entries at {each.at:%Y-%m-%dT%H:%M:%SZ}"
        for each in covered.cosignatures
    ]


def _continued(first: note.Checkpoint, second: note.Checkpoint, proof_file: str | None) -> str:
    """The verdict on two checkpoints of one log, in whichever order of time they were given."""
    older, newer = sorted((first, second), key=lambda known: known.size)
    path: list[bytes] = []
    if 0 < older.size < newer.size:
        if proof_file is None:
            address = f"/v1/log/consistency?from={older.size}&to={newer.size}"
            raise InputError(f"the checkpoints differ in size: fetch {address} and name the file")
        content = bundle.obj(_text(proof_file), "the consistency proof")
        if (bundle.whole(content, "from"), bundle.whole(content, "to")) != (older.size, newer.size):
            raise InputError(f"the consistency proof is not for the sizes {older.size} and {newer.size}")
        path = bundle.hashes(content, "consistency")
    elif older.size == newer.size and older.root != newer.root:
        raise VerificationError(f"two checkpoints of {older.size} entries with different roots: the log was forked")
    tree.check_consistency((older.size, older.root), (newer.size, newer.root), path)
    return f"VERIFIES: the log of {newer.size} entries continues the one of {older.size}, nothing before was changed"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jieli-verify", description="Checks a Jieli access log from outside.")
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("proof", help="one entry: the bundle from /v1/me/accesses/{entry}/proof")
    one.add_argument("bundle")
    one.add_argument("--checkpoint", help="a checkpoint kept from an earlier visit")
    one.add_argument("--consistency", help="the proof between that checkpoint and the bundle's")
    one.add_argument("--receipt", help="the receipt that the log gave for this entry")
    one.set_defaults(check=proof)
    two = commands.add_parser("consistency", help="two checkpoints: the newer continues the older")
    two.add_argument("old")
    two.add_argument("new")
    two.add_argument("proof", nargs="?", help="from /v1/log/consistency; not needed where the sizes are equal")
    two.set_defaults(check=consistency)
    every = commands.add_parser("log", help="all entries, one a line in the order of the log")
    every.add_argument("checkpoint")
    every.add_argument("entries")
    every.set_defaults(check=log)
    for command in (one, two, every):
        command.add_argument("--key", required=True, help="the log's public key, or a file that holds it")
        more = "the public key of a witness that must have cosigned every checkpoint, or a file with it; repeatable"
        command.add_argument("--witness", action="append", default=[], help=more)
    return parser


def _key_line(given: str) -> str:
    """The key itself where the argument looks like one, otherwise the content of the file it names."""
    return given if given.count("+") >= 2 and not Path(given).exists() else _text(given)


def _text(name: str) -> str:
    try:
        return Path(name).read_bytes().decode()
    except OSError as fault:
        raise InputError(f"{name} cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{name} is not UTF-8 text") from None


if __name__ == "__main__":
    sys.exit(main())
