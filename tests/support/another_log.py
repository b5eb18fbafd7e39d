"""The log of another region as a test plays it: it signs whatever it is told to, also what contradicts itself."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.rules import notes, tree
from gateway.audit.rules.notes import Signer
from gateway.witness.rules import submissions
from gateway.witness.rules.submissions import Submission


class AnotherLog:
    """A log of so many entries. Of those from place `fork` on there are two writings, signed by one key."""

    def __init__(self, size: int, fork: int | None = None, origin: str = "jieli/621124", seed: int = 9) -> None:
        self.signer = Signer(origin, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))
        same = size if fork is None else fork
        self.leaves = [tree.leaf_hash(b"%d" % each if each < same else b"other %d" % each) for each in range(size)]

    def root(self, size: int) -> bytes:
        return tree.root(tree.extended(tree.EMPTY, self.leaves[:size])[0])

    def note(self, size: int) -> str:
        return notes.checkpoint(self.signer, size, self.root(size))

    def proof(self, old: int, new: int) -> list[bytes]:
        nodes = tree.extended(tree.EMPTY, self.leaves[:new])[1]
        stored = nodes | {tree.Node(0, place): leaf for place, leaf in enumerate(self.leaves)}
        return tree.proof(tree.consistency_spans(old, new), stored)

    def body(self, old: int, new: int) -> bytes:
        """What it sends to have its first `new` entries cosigned."""
        return submissions.body(old, self.proof(old, new), self.note(new))

    def asks(self, old: int, new: int) -> Submission:
        return submissions.read(self.body(old, new))
