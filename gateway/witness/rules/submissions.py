"""A log's wish to have a checkpoint cosigned (C2SP tlog-witness): how it is written, read and judged."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.audit.rules import tree
from gateway.witness.rules import checkpoints
from gateway.witness.rules.checkpoints import Note
from shared import problems
from shared.states import Machine, moves

PREFIX = "/federation/v1/witness"
ADD_CHECKPOINT = f"{PREFIX}/add-checkpoint"
SIZE_MEDIA = "text/x.tlog.size"
BODY = 65_536  # bytes: 63 lines of proof and 16 signatures of the largest kind fit
PROOF = 63  # lines

# Why a witness did not cosign this region's log, and which of it speaks against the log.
LONGER = "longer-there"
NOT_CONTINUED = "not-continued"
NO_ANSWER = "no-answer"
UNPROVED = "unproved"
REFUSED = {403: "signature-unknown-there", 404: "log-unknown-there"}
AGAINST = frozenset({LONGER, NOT_CONTINUED})

MALFORMED = problems.kind(
    400,
    "checkpoint-malformed",
    "No checkpoint to be cosigned",
    "Send `old` with a size up to the checkpoint's, up to 63 lines of proof, an empty line and the signed checkpoint.",
)
LOG_UNKNOWN = problems.kind(
    404, "log-unknown", "This log is not watched here", "Logs of regions that are peers are; nothing was cosigned yet."
)
LOG_SIGNATURE = problems.kind(
    403,
    "log-signature-missing",
    "The log did not sign this checkpoint",
    "Send it as the log signed it, by the key in its region's metadata.",
)
INCONSISTENT = problems.kind(
    422,
    "checkpoint-inconsistent",
    "The checkpoint does not continue what was cosigned",
    "Send the consistency proof from the size that was cosigned last; if there is none, the log was forked.",
)

CONFLICT = Machine("conflict", "suspected", moves({"confirm": ("suspected", "confirmed")}))


class Verdict(Enum):
    """What comes of a wish: it is cosigned, or does not begin at what the witness knows, or does not continue it."""

    COSIGN = "cosign"
    STALE = "stale"
    INCONSISTENT = "inconsistent"


@dataclass(frozen=True)
class Submission:
    """A checkpoint, and the proof that it continues the log of `old` entries."""

    old: int
    proof: Sequence[bytes]
    note: Note


def body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """The body of add-checkpoint."""
    lines = "".join(f"{base64.b64encode(value).decode()}\n" for value in proof)
    return f"old {old}\n{lines}\n{note}".encode()


def read(content: bytes) -> Submission:
    """What a body asks for; 400 `checkpoint-malformed` for anything else."""
    try:
        head, _, note = content.decode().partition("\n\n")
        first, *lines = head.split("\n")
        word, _, size = first.partition(" ")
        asked = Submission(
            checkpoints.number(size), [checkpoints.hash_of(line) for line in lines], checkpoints.read(note)
        )
    except ValueError:
        raise MALFORMED() from None
    if word != "old" or len(lines) > PROOF or asked.old > asked.note.size:
        raise MALFORMED()
    return asked


def judge(kept: tuple[int, bytes], asked: Submission) -> Verdict:
    """Whether to cosign, by (size, root) of what this witness cosigned last: (0, EMPTY_ROOT) before the first."""
    is_other = asked.note.size == kept[0] and asked.note.root != kept[1]
    if asked.old != kept[0] or is_other:
        return Verdict.STALE
    if not tree.consistent(kept, (asked.note.size, asked.note.root), asked.proof):
        return Verdict.INCONSISTENT
    return Verdict.COSIGN


def conflict(kept: tuple[int, bytes], asked: Submission) -> str | None:
    """What a signed checkpoint that was not cosigned says against its log: a state of CONFLICT, or nothing.

    Two roots of one size are a fork by themselves. A shorter log, or a proof that fails, anybody can send who has an
    older checkpoint: there the log is asked first whether it has the proof.
    """
    size, root = kept
    if size == 0:
        return None
    if asked.note.size == size:
        return CONFLICT.after(CONFLICT.initial, "confirm") if asked.note.root != root else None
    is_shorter = 0 < asked.note.size < size
    is_unproved = judge(kept, asked) is Verdict.INCONSISTENT
    return CONFLICT.initial if is_shorter or is_unproved else None


def explains(first: Note, second: Note, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the longer of two checkpoints of a log continues the shorter."""
    older, newer = sorted(((each.size, each.root) for each in (first, second)), key=lambda each: each[0])
    return tree.consistent(older, newer, proof)
