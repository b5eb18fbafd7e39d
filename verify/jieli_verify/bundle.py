"""The bundle that a person downloads for one entry: entry, place, proof, checkpoint, and what opens her tag."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from jieli_verify import note, tree
from jieli_verify.verdicts import InputError, VerificationError

T = TypeVar("T")


@dataclass(frozen=True)
class Opening:
    """The person's own key and the number of this entry among hers; the consent where one carried the access."""

    key: bytes
    counter: int
    consent: str | None


@dataclass(frozen=True)
class Bundle:
    """One entry with everything that proves it."""

    entry: str
    index: int
    path: list[bytes]
    checkpoint: str
    opening: Opening | None


def read(text: str) -> Bundle:
    """The bundle in a JSON text; InputError when it is none."""
    content = obj(text, "the bundle")
    return Bundle(
        entry=_typed(content, "entry", str),
        index=whole(content, "index"),
        path=hashes(content, "inclusion"),
        checkpoint=_typed(content, "checkpoint", str),
        opening=_opening(content["opening"]) if content.get("opening") is not None else None,
    )


def check(bundle: Bundle, trusted: note.Trusted) -> note.Checkpoint:
    """The checkpoint over the entry, when signature, place and the opening, if given, all hold."""
    covered = note.checkpoint(bundle.checkpoint, trusted)
    leaf = tree.leaf(bundle.entry.encode())
    tree.check_inclusion(leaf, bundle.index, covered.size, covered.root, bundle.path)
    if bundle.opening is not None:
        _check_opening(obj(bundle.entry, "the entry"), bundle.opening)
    return covered


def check_receipt(content: dict[str, Any], bundle: Bundle, trusted: note.Key) -> None:
    """A VerificationError unless the log's promise is genuine and was kept: the same entry, at the same place."""
    signature = note.base64_bytes(content.get("signature"), "the signature of the receipt")
    promise = {name: value for name, value in content.items() if name != "signature"}
    # the canonical form of RFC 8785, for an object whose names and values are ASCII texts and whole numbers
    canonical = json.dumps(promise, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    trusted.check(signature, canonical.encode())
    if content.get("type") != "jieli-log-receipt/v1" or content.get("log") != trusted.name:
        raise VerificationError("the receipt is not a receipt of this log")
    leaf = note.base64_bytes(content.get("leaf"), "the leaf of the receipt")
    if content.get("index") != bundle.index or leaf != tree.leaf(bundle.entry.encode()):
        raise VerificationError("the log promised another entry at this place than the one it proves")


def obj(text: str, what: str) -> dict[str, Any]:
    """A JSON object without repeated names: what is shown must be all that was hashed."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise InputError(f"{what} names a member twice")
        return dict(pairs)

    try:
        content = json.loads(text, object_pairs_hook=once)
        json.dumps(content, ensure_ascii=False).encode()  # half of a surrogate pair is no text (RFC 8259, 8.2)
    except (ValueError, RecursionError):
        raise InputError(f"{what} is not JSON") from None
    if not isinstance(content, dict):
        raise InputError(f"{what} is not a JSON object")
    return content


def hashes(content: dict[str, Any], name: str) -> list[bytes]:
    """A list of hashes; InputError when it is none."""
    return [note.base64_bytes(value, f"a hash in {name}") for value in _typed(content, name, list)]


def whole(content: dict[str, Any], name: str) -> int:
    """A whole number that fits into 63 bits; InputError otherwise."""
    value = content.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise InputError(f"{name} is not a whole number")
    return value


def _opening(content: Any) -> Opening:
    if not isinstance(content, dict):
        raise InputError("the opening is not a JSON object")
    consent = content.get("consent")
    return Opening(
        note.base64_bytes(content.get("key"), "the key of the opening"),
        whole(content, "counter"),
        None if consent is None else _typed(content, "consent", str),
    )


def _check_opening(entry: dict[str, Any], opening: Opening) -> None:
    counter = opening.counter.to_bytes(8, "big")
    if not _opens(entry.get("subject"), opening.key, [counter]):
        raise VerificationError("the entry is not about the person whose key this is")
    consent = None if opening.consent is None else opening.consent.encode()
    if consent is not None and not _opens(entry.get("consent"), opening.key, [counter, b"consent\x00", consent]):
        raise VerificationError("the entry does not rest on the consent that the bundle names")


def _opens(blinded: object, key: bytes, parts: Sequence[bytes]) -> bool:
    expected = hmac.new(key, b"".join(parts), hashlib.sha256).digest()
    return isinstance(blinded, str) and hmac.compare_digest(note.base64_bytes(blinded, "a tag of the entry"), expected)


def _typed(content: dict[str, Any], name: str, kind: type[T]) -> T:
    value = content.get(name)
    if not isinstance(value, kind):
        raise InputError(f"{name} is missing or not of the type {kind.__name__}")
    return value
