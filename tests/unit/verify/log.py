"""A small log made by the platform's own rules, and the files that a person would have downloaded from it."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from gateway.audit.rules import entries, notes, tree

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
PERSON_KEY = bytes(range(32))


class Log:
    """The first entries of a log, with a person whose entries are the even ones."""

    def __init__(self, size: int, *, seed: int = 1, origin: str = "jieli/610118") -> None:
        self.signer = notes.Signer(origin, ed25519.Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))
        self.entries = [self._entry(number) for number in range(size)]

    @property
    def size(self) -> int:
        return len(self.entries)

    @property
    def leaves(self) -> list[bytes]:
        return [tree.leaf_hash(entry) for entry in self.entries]

    def checkpoint(self, size: int | None = None) -> str:
        covered = self.leaves[: self.size if size is None else size]
        return notes.checkpoint(self.signer, len(covered), tree.root(tree.extended(tree.EMPTY, covered)[0]))

    def bundle(self, index: int) -> dict[str, Any]:
        spans = tree.inclusion_spans(index, self.size)
        return {
            "log": self.signer.origin,
            "entry": self.entries[index].decode(),
            "index": index,
            "inclusion": self._proof(spans),
            "checkpoint": self.checkpoint(),
            "opening": {"key": _text(PERSON_KEY), "counter": index // 2, "consent": "consent-1"},
        }

    def consistency(self, old: int) -> dict[str, Any]:
        return {"from": old, "to": self.size, "consistency": self._proof(tree.consistency_spans(old, self.size))}

    def receipt(self, index: int) -> dict[str, Any]:
        return entries.receipt(self.signer, index, self.leaves[index], AT)

    def _proof(self, spans: list[tree.Span]) -> list[str]:
        nodes = tree.extended(tree.EMPTY, self.leaves)[1]
        known = nodes | {tree.Node(0, place): leaf for place, leaf in enumerate(self.leaves)}
        return [_text(value) for value in tree.proof(spans, known)]

    @staticmethod
    def _entry(number: int) -> bytes:
        entry = entries.Entry(
            decision=f"decision-{number}",
            phase=entries.Phase.INTENT,
            kind="exchange",
            actor=entries.Actor(kind="client", region="610118", organisation="org-610118-education"),
            operation="read_referral",
            permitted=True,
            asked=("儿童姓名",),
            person="a" if number % 2 == 0 else None,
            consent="consent-1",
        )
        subject = entries.Subject(entries.Key(PERSON_KEY), number // 2) if entry.person else None
        return entries.canonical(entry, subject, AT)


class Files:
    """A folder of downloaded files, each given by its name and written as JSON or as the text it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: object) -> str:
        path = self._folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
